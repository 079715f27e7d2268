"""All SQL about the tokens of readers' own programs."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, func, or_, select, update

from tidings.subscribers.models import ApiToken, Subscriber, SubscriberState


def live_api_tokens(session: Session, subscriber_id: int) -> Sequence[ApiToken]:
    """Return the tokens of a reader that were not ended, expired ones as well, newest first."""
    return session.exec(
        select(ApiToken)
        .where(col(ApiToken.subscriber_id) == subscriber_id, col(ApiToken.ended_at).is_(None))
        .order_by(col(ApiToken.id).desc())
    ).all()


def count_api_tokens(session: Session, subscriber_id: int) -> int:
    """Return how many tokens of a reader were not ended."""
    return session.exec(
        select(func.count()).where(
            col(ApiToken.subscriber_id) == subscriber_id, col(ApiToken.ended_at).is_(None)
        )
    ).one()


def good_api_token(session: Session, token_hash: str, *, now: datetime) -> ApiToken | None:
    """Return the token with this hash if it is good now and its reader has not ended."""
    return session.exec(
        select(ApiToken)
        .join(Subscriber, col(Subscriber.id) == col(ApiToken.subscriber_id))
        .where(
            col(ApiToken.token_hash) == token_hash,
            col(ApiToken.ended_at).is_(None),
            or_(col(ApiToken.expires_at).is_(None), col(ApiToken.expires_at) > now),
            col(Subscriber.state) == SubscriberState.ACTIVE,
        )
    ).one_or_none()


def note_api_token(session: Session, token_id: int, *, before: datetime, now: datetime) -> None:
    """Note that a token was used now, unless that was noted since ``before``."""
    last = col(ApiToken.last_used_at)
    session.exec(
        update(ApiToken)
        .where(col(ApiToken.id) == token_id, or_(last.is_(None), last <= before))
        .values(last_used_at=now)
    )


def end_api_tokens(
    session: Session, subscriber_id: int, *, only: int | None = None, now: datetime
) -> None:
    """End the tokens of a reader, or ``only`` that one of theirs."""
    ended = update(ApiToken).where(
        col(ApiToken.subscriber_id) == subscriber_id, col(ApiToken.ended_at).is_(None)
    )
    if only is not None:
        ended = ended.where(col(ApiToken.id) == only)
    session.exec(ended.values(ended_at=now))
