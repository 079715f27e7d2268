"""How a reader's consent begins and ends."""

from datetime import datetime

from tidings.subscribers.models import EndedReason, Subscriber, SubscriberState


def activate(reader: Subscriber, *, now: datetime) -> None:
    """Mark a reader as having said yes, also after an earlier ending."""
    reader.state = SubscriberState.ACTIVE
    reader.confirmed_at = now
    reader.ended_at = None
    reader.ended_reason = None


def ask_again(reader: Subscriber) -> None:
    """Mark a reader who ended as being asked anew, so that the confirm mail may go out."""
    reader.state = SubscriberState.PENDING
    reader.ended_at = None
    reader.ended_reason = None


def end(reader: Subscriber, *, reason: EndedReason, now: datetime) -> None:
    """Mark a reader as having said no."""
    reader.state = SubscriberState.ENDED
    reader.ended_at = now
    reader.ended_reason = reason
