"""How fast RePORTER may be asked: one request at a time, a fixed while apart."""

from datetime import datetime, timedelta
from typing import Protocol


class Pacer(Protocol):
    """Lets requests go one by one, the same for all processes that share it."""

    def wait(self) -> None:
        """Return when one request may go."""
        ...


class NoPacer:
    """Lets every request go at once: for a sandbox of our own."""

    def wait(self) -> None:
        """Return at once."""


def next_slot(last: datetime | None, now: datetime, interval: timedelta) -> datetime:
    """Return when the next request may go, if the last one was given the slot ``last`` (pure)."""
    return now if last is None else max(now, last + interval)
