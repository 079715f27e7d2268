"""Leaving RePORTER alone when it fails again and again."""

from typing import Protocol


class Breaker(Protocol):
    """Says whether RePORTER may be asked; upkeep.breaker has the one that all processes share."""

    def check(self) -> None:
        """Return if a request may go; RetryableError says when to come back."""
        ...

    def failed(self, reason: str) -> None:
        """Count a failure."""
        ...

    def succeeded(self) -> None:
        """Forget all failures."""
        ...


class NoBreaker:
    """Lets every request go, whatever came of the last one."""

    def check(self) -> None:
        """Return."""

    def failed(self, reason: str) -> None:
        """Count nothing."""

    def succeeded(self) -> None:
        """Forget nothing."""
