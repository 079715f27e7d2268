"""Readers and tokens that need not be kept."""

from datetime import datetime

from sqlmodel import Session, col, delete, or_, select

from tidings.subscribers.models import ApiToken, Subscriber, SubscriberState, Token


def unconfirmed_ids(session: Session, *, before: datetime) -> list[int]:
    """Return the readers who were asked before then, not since, and have never confirmed."""
    asked_since = select(Token.id).where(
        col(Token.subscriber_id) == col(Subscriber.id), col(Token.created_at) >= before
    )
    found = session.exec(
        select(col(Subscriber.id)).where(
            col(Subscriber.state) == SubscriberState.PENDING,
            col(Subscriber.created_at) < before,
            col(Subscriber.confirmed_at).is_(None),
            ~asked_since.exists(),
        )
    )
    return [reader_id for reader_id in found if reader_id is not None]


def delete_subscribers(session: Session, ids: list[int]) -> int:
    """Delete these readers and their tokens; return how many readers."""
    session.exec(delete(Token).where(col(Token.subscriber_id).in_(ids)))
    return session.exec(delete(Subscriber).where(col(Subscriber.id).in_(ids))).rowcount


def delete_tokens(session: Session, *, before: datetime) -> int:
    """Delete the tokens that were used or expired before then; return how many."""
    statement = delete(Token).where(
        or_(col(Token.expires_at) < before, col(Token.used_at) < before)
    )
    return session.exec(statement).rowcount


def delete_api_tokens(session: Session, *, before: datetime) -> int:
    """Delete the tokens of readers' programs that were ended or expired before then."""
    statement = delete(ApiToken).where(
        or_(col(ApiToken.expires_at) < before, col(ApiToken.ended_at) < before)
    )
    return session.exec(statement).rowcount
