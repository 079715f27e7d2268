"""What operators ask of the outbox."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from tidings.delivery.models import Delivery, DeliveryState
from tidings.delivery.queries import DUE_STATES


def count_by_state(session: Session) -> dict[DeliveryState, int]:
    """Return how many deliveries stand in each state; states without any are there with 0."""
    found = session.exec(
        select(col(Delivery.state), func.count()).group_by(col(Delivery.state))
    ).all()
    return dict.fromkeys(DeliveryState, 0) | dict(found)


def due_since(session: Session, *, now: datetime) -> datetime | None:
    """Return since when a delivery that may go has waited; None when none does."""
    return session.exec(
        select(func.min(col(Delivery.due_at))).where(
            col(Delivery.state).in_(DUE_STATES), col(Delivery.due_at) <= now
        )
    ).one()


def last_trouble(session: Session) -> str:
    """Return what the latest deferred delivery failed of; nothing when none is deferred."""
    return (
        session.exec(
            select(col(Delivery.last_error))
            .where(col(Delivery.state) == DeliveryState.DEFERRED)
            .order_by(col(Delivery.id).desc())
            .limit(1)
        ).first()
        or ""
    )


def failures(session: Session, *, limit: int = 50) -> Sequence[Delivery]:
    """Return the dead letters, newest first."""
    return session.exec(
        select(Delivery)
        .where(col(Delivery.state) == DeliveryState.FAILED)
        .order_by(col(Delivery.id).desc())
        .limit(limit)
    ).all()
