"""What became of one attempt at a delivery (pure)."""

from datetime import datetime

from pydantic import BaseModel

from tidings.delivery.backoff import (
    LONGEST_CALL_WAIT,
    MAX_ATTEMPTS,
    wait_before,
    wait_before_call,
)
from tidings.delivery.models import Delivery, DeliveryEventKind, DeliveryState
from tidings.errors import RetryableError


class Result(BaseModel, frozen=True):
    """The state that an attempt ended in, with the event and the words that go with it.

    A model, since it is also a line of the journal (delivery.journal).
    """

    state: DeliveryState
    event: DeliveryEventKind
    detail: str
    due_at: datetime | None = None
    subject: str = ""


def sent(answer: str, subject: str) -> Result:
    """Return that the next mail server took it."""
    return Result(
        state=DeliveryState.SENT, event=DeliveryEventKind.ACCEPTED, detail=answer, subject=subject
    )


def suppressed(reason: str) -> Result:
    """Return that it must not go out."""
    return Result(state=DeliveryState.SUPPRESSED, event=DeliveryEventKind.SUPPRESSED, detail=reason)


def failed(reason: str) -> Result:
    """Return that it is a dead letter."""
    return Result(state=DeliveryState.FAILED, event=DeliveryEventKind.FAILED, detail=reason)


def unknown(reason: str) -> Result:
    """Return that it was handed over and nobody can know whether it arrived."""
    return Result(state=DeliveryState.UNKNOWN, event=DeliveryEventKind.UNKNOWN, detail=reason)


def released(reason: str) -> Result:
    """Return that nothing was handed over, and that it may be tried again at once."""
    return Result(state=DeliveryState.PENDING, event=DeliveryEventKind.RELEASED, detail=reason)


def deferred(delivery: Delivery, error: RetryableError, *, now: datetime, jitter: float) -> Result:
    """Return when it is to be tried again, or that it was tried often enough."""
    if delivery.attempts >= MAX_ATTEMPTS:
        return failed(f"given up after {delivery.attempts} attempts: {error}")
    wait = wait_before(delivery.attempts + 1, jitter=jitter)
    return Result(
        state=DeliveryState.DEFERRED,
        event=DeliveryEventKind.DEFERRED,
        detail=str(error),
        due_at=now + max(wait, error.after or wait),
    )


def call_deferred(
    delivery: Delivery, error: RetryableError, *, now: datetime, jitter: float
) -> Result:
    """Return when a call is to be tried again, or that it was tried often enough."""
    wait = wait_before_call(delivery.attempts + 1, jitter=jitter)
    if wait is None:
        return failed(f"given up after {delivery.attempts} attempts: {error}")
    asked = min(error.after or wait, LONGEST_CALL_WAIT)
    return Result(
        state=DeliveryState.DEFERRED,
        event=DeliveryEventKind.DEFERRED,
        detail=str(error),
        due_at=now + max(wait, asked),
    )
