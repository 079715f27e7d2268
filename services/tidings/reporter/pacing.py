"""How fast RePORTER may be asked: one request at a time, a fixed while apart."""

from datetime import timedelta
from typing import Protocol


class Pacer(Protocol):
    """Lets requests go one by one, the same for all processes that share it."""

    def wait(self) -> None:
        """Return when one request may go; RetryableError when that is not worth waiting for."""
        ...

    def keep_quiet(self, span: timedelta) -> None:
        """Let no request go for so long, whoever asks."""
        ...


class NoPacer:
    """Lets every request go at once: for a sandbox of our own."""

    def wait(self) -> None:
        """Return at once."""

    def keep_quiet(self, span: timedelta) -> None:
        """Keep no quiet."""
