"""What the tests of the queue ring and count."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Engine
from sqlmodel import col, func, select, update

from tidings.db.session import open_session
from tidings.db.time import database_now
from tidings.delivery.models import Delivery, DeliveryEvent, DeliveryEventKind, DeliveryState
from tidings.jobs import Job, Queue

MAILS = 20
"""Mails that wait in each test."""

POISON = "r7@clinic.org"
"""The reader whose mail brings a poisoned worker down."""


def ring(app: Any, job: Job, *arguments: Any, queue: Queue | None = None) -> None:
    """Put a job on its queue, or on another."""
    app.send_task(job.value, args=arguments, queue=queue.value if queue else None)


def sent(engine: Engine) -> int:
    """Return how many deliveries are sent."""
    with open_session(engine) as session:
        statement = select(func.count()).where(col(Delivery.state) == DeliveryState.SENT)
        return session.exec(statement).one()


def let_leases_end(engine: Engine) -> None:
    """Let the minutes pass that a dead worker's mails wait."""
    with open_session(engine) as session:
        taken = col(Delivery.lease_until).is_not(None)
        past = database_now(session) - timedelta(seconds=1)
        session.exec(update(Delivery).where(taken).values(lease_until=past))
        session.commit()


def states(engine: Engine) -> dict[DeliveryState, int]:
    """Return how many deliveries are in each state."""
    with open_session(engine) as session:
        statement = select(col(Delivery.state), func.count()).group_by(col(Delivery.state))
        return dict(session.exec(statement).all())


def unknowns(engine: Engine) -> int:
    """Return how often nobody could tell whether a mail had arrived."""
    with open_session(engine) as session:
        kind = col(DeliveryEvent.kind) == DeliveryEventKind.UNKNOWN
        return session.exec(select(func.count()).where(kind)).one()
