"""What the tests of the queue ring and count."""

from typing import Any

from sqlalchemy import Engine
from sqlmodel import col, func, select

from tidings.db.session import open_session
from tidings.delivery.models import Delivery, DeliveryState
from tidings.jobs import Job, Queue

MAILS = 20
"""Mails that wait in each test."""


def ring(app: Any, job: Job, *arguments: Any, queue: Queue | None = None) -> None:
    """Put a job on its queue, or on another."""
    app.send_task(job.value, args=arguments, queue=queue.value if queue else None)


def sent(engine: Engine) -> int:
    """Return how many deliveries are sent."""
    with open_session(engine) as session:
        statement = select(func.count()).where(col(Delivery.state) == DeliveryState.SENT)
        return session.exec(statement).one()
