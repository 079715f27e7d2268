"""All SQL about subscribers, what they follow, their tokens and when their digests are due."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, delete, func, select, update
from sqlmodel.sql.expression import SelectOfScalar

from tidings.db.base import Table
from tidings.db.upsert import insert_ignore
from tidings.subscribers.models import (
    Cadence,
    DigestSchedule,
    EndedReason,
    Follow,
    Subscriber,
    SubscriberState,
    Token,
    TokenPurpose,
)

Row = TypeVar("Row", bound=Table)


def subscriber_locked(session: Session, subscriber_id: int) -> Subscriber | None:
    """Return the subscriber and keep others from changing it meanwhile."""
    statement = select(Subscriber).where(col(Subscriber.id) == subscriber_id)
    return session.exec(_locked(statement)).one_or_none()


def add_subscriber(session: Session, row: Subscriber) -> Subscriber:
    """Insert a subscriber, or leave the one with this address as it is; return it, locked."""
    insert_ignore(session, Subscriber, [row.model_dump(exclude={"id"})])
    statement = select(Subscriber).where(col(Subscriber.address_hash) == row.address_hash)
    return session.exec(_locked(statement)).one()


def subscriber_at(session: Session, address_hash: str) -> Subscriber | None:
    """Return the subscriber with this address and keep others from changing it meanwhile."""
    statement = select(Subscriber).where(col(Subscriber.address_hash) == address_hash)
    return session.exec(_locked(statement)).one_or_none()


def reader_of_calendar(session: Session, calendar_hash: str) -> Subscriber | None:
    """Return the reader whose calendar has the secret with this hash."""
    return session.exec(
        select(Subscriber).where(col(Subscriber.calendar_hash) == calendar_hash)
    ).one_or_none()


def live_follow(session: Session, subscriber_id: int, project_id: int) -> Follow | None:
    """Return the one follow of this pair that has not ended."""
    return session.exec(
        select(Follow).where(
            col(Follow.subscriber_id) == subscriber_id,
            col(Follow.project_id) == project_id,
            col(Follow.ended_at).is_(None),
        )
    ).one_or_none()


def live_follows(session: Session, subscriber_id: int) -> Sequence[Follow]:
    """Return all that a subscriber follows, oldest first."""
    return session.exec(
        select(Follow)
        .where(col(Follow.subscriber_id) == subscriber_id, col(Follow.ended_at).is_(None))
        .order_by(col(Follow.id))
    ).all()


def count_follows(session: Session, subscriber_id: int) -> int:
    """Return how many projects a subscriber follows."""
    return session.exec(
        select(func.count()).where(
            col(Follow.subscriber_id) == subscriber_id, col(Follow.ended_at).is_(None)
        )
    ).one()


def follows_of_projects(
    session: Session, project_ids: Collection[int], *, now: datetime
) -> Sequence[Follow]:
    """Return the follows of these projects whose readers may be told of a change now.

    That leaves out what has ended, is paused for all kinds of change or is muted, and readers
    without consent.
    """
    return [
        row
        for row in follows_that_live(session, project_ids)
        if (row.cadence is not Cadence.PAUSED or row.cadence_by_kind)
        and (row.muted_until is None or row.muted_until <= now)
    ]


def follows_that_live(session: Session, project_ids: Collection[int]) -> Sequence[Follow]:
    """Return the live follows of these projects whose readers have given consent, oldest first."""
    return session.exec(
        select(Follow)
        .join(Subscriber, col(Subscriber.id) == col(Follow.subscriber_id))
        .where(
            col(Follow.project_id).in_(project_ids),
            col(Follow.ended_at).is_(None),
            col(Subscriber.state) == SubscriberState.ACTIVE,
        )
        .order_by(col(Follow.id))
    ).all()


def followed_projects() -> SelectOfScalar[int]:
    """Return the query of the projects that somebody follows."""
    return select(col(Follow.project_id)).where(col(Follow.ended_at).is_(None)).distinct()


def followed_project_ids(session: Session) -> Sequence[int]:
    """Return the projects that somebody follows."""
    return session.exec(followed_projects()).all()


def end_follows(
    session: Session, subscriber_id: int, *, reason: EndedReason, now: datetime
) -> None:
    """End all that a subscriber follows."""
    session.exec(
        update(Follow)
        .where(col(Follow.subscriber_id) == subscriber_id, col(Follow.ended_at).is_(None))
        .values(ended_at=now, ended_reason=reason)
    )


def add_schedule(session: Session, row: DigestSchedule) -> None:
    """Insert a schedule unless the reader has one for the cadence already."""
    insert_ignore(session, DigestSchedule, [row.model_dump()])


def schedules_due(
    session: Session, *, now: datetime, limit: int, unless: ColumnElement[bool]
) -> Sequence[tuple[DigestSchedule, str, int]]:
    """Return schedules that are due, earliest first, with their readers' zone and hour.

    Those of readers of whom ``unless`` holds have to wait. Rows that another process is at already
    are passed over.
    """
    return session.exec(
        select(DigestSchedule, col(Subscriber.time_zone), col(Subscriber.digest_hour))
        .join(Subscriber, col(Subscriber.id) == col(DigestSchedule.subscriber_id))
        .where(
            col(DigestSchedule.next_due_at) <= now,
            col(Subscriber.state) == SubscriberState.ACTIVE,
            ~unless,
        )
        .order_by(col(DigestSchedule.next_due_at))
        .limit(limit)
        .with_for_update(skip_locked=True, of=DigestSchedule)
        .execution_options(populate_existing=True)
    ).all()


def schedules_of(session: Session, subscriber_id: int) -> Sequence[DigestSchedule]:
    """Return when a subscriber's digests are due, and keep others from moving that meanwhile."""
    return session.exec(
        select(DigestSchedule)
        .where(col(DigestSchedule.subscriber_id) == subscriber_id)
        .order_by(col(DigestSchedule.cadence))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def delete_schedules(session: Session, subscriber_id: int) -> None:
    """Forget when a subscriber's digests were due."""
    session.exec(delete(DigestSchedule).where(col(DigestSchedule.subscriber_id) == subscriber_id))


def token_by_hash(session: Session, token_hash: str) -> Token | None:
    """Return the token and keep others from using it meanwhile."""
    statement = select(Token).where(col(Token.token_hash) == token_hash)
    return session.exec(_locked(statement)).one_or_none()


def live_token(
    session: Session, token_hash: str, *, purpose: TokenPurpose, now: datetime
) -> Token | None:
    """Return the token, unlocked, if it is for this purpose and good now."""
    return session.exec(
        select(Token).where(
            col(Token.token_hash) == token_hash,
            col(Token.purpose) == purpose,
            col(Token.used_at).is_(None),
            col(Token.expires_at) > now,
        )
    ).one_or_none()


def unanswered_tokens(
    session: Session, subscriber_id: int, *, purpose: TokenPurpose, since: datetime
) -> Sequence[Token]:
    """Return the tokens mailed to a subscriber since then that were not used, newest first."""
    return session.exec(
        select(Token)
        .where(
            col(Token.subscriber_id) == subscriber_id,
            col(Token.purpose) == purpose,
            col(Token.used_at).is_(None),
            col(Token.created_at) > since,
        )
        .order_by(col(Token.created_at).desc(), col(Token.id).desc())
    ).all()


def expire_tokens(
    session: Session,
    subscriber_id: int,
    *,
    purposes: Collection[TokenPurpose] = tuple(TokenPurpose),
    now: datetime,
) -> None:
    """Make the tokens of these purposes that a subscriber has not used worthless."""
    session.exec(
        update(Token)
        .where(
            col(Token.subscriber_id) == subscriber_id,
            col(Token.purpose).in_(purposes),
            col(Token.used_at).is_(None),
            col(Token.expires_at) > now,
        )
        .values(expires_at=now)
    )


def _locked(statement: SelectOfScalar[Row]) -> SelectOfScalar[Row]:
    # key_share lets others go on to insert rows that point at this one: waiting there while they
    # hold rows that we want next would be a deadlock.
    return statement.with_for_update(key_share=True).execution_options(populate_existing=True)
