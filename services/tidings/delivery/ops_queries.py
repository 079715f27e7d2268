"""What operators ask of the outbox.

Of its mails, that is: how readers' own endpoints do is said to their readers.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from tidings.delivery.models import Channel, Delivery, DeliveryState
from tidings.delivery.queries import DUE_STATES, MAILS
from tidings.delivery.suppression_queries import resting


def count_by_state(session: Session) -> dict[DeliveryState, int]:
    """Return how many mails stand in each state; states without any are there with 0."""
    found = session.exec(
        select(col(Delivery.state), func.count())
        .where(col(Delivery.channel).in_(MAILS))
        .group_by(col(Delivery.state))
    ).all()
    return dict.fromkeys(DeliveryState, 0) | dict(found)


def due_since(
    session: Session, *, now: datetime, channels: Collection[Channel] = MAILS
) -> datetime | None:
    """Return since when a mail, or a call, that may go has waited; None when none does."""
    return session.exec(
        select(func.min(col(Delivery.due_at))).where(
            col(Delivery.state).in_(DUE_STATES),
            col(Delivery.due_at) <= now,
            col(Delivery.channel).in_(channels),
            ~resting(now),
        )
    ).one()


def last_trouble(session: Session) -> str:
    """Return what the latest deferred mail failed of; nothing when none has failed."""
    return (
        session.exec(
            select(col(Delivery.last_error))
            .where(
                col(Delivery.state) == DeliveryState.DEFERRED,
                col(Delivery.attempts) > 0,
                col(Delivery.channel).in_(MAILS),
            )
            .order_by(col(Delivery.id).desc())
            .limit(1)
        ).first()
        or ""
    )


def failures(session: Session, *, limit: int = 50) -> Sequence[Delivery]:
    """Return the dead letters, newest first."""
    return session.exec(
        select(Delivery)
        .where(col(Delivery.state) == DeliveryState.FAILED, col(Delivery.channel).in_(MAILS))
        .order_by(col(Delivery.id).desc())
        .limit(limit)
    ).all()
