"""A circuit breaker: after repeated failure, nobody is asked for a while."""

from datetime import datetime, timedelta

from tidings.errors import RetryableError


class Breaker:
    """Opens after ``threshold`` failures in a row and stays open for ``cool_off``.

    Then one request may try; if it fails, the breaker opens for twice as long, up to ``longest``.
    One breaker belongs to one process; share it between clients of the same address.
    """

    def __init__(
        self,
        *,
        threshold: int = 8,
        cool_off: timedelta = timedelta(minutes=1),
        longest: timedelta = timedelta(minutes=30),
    ) -> None:
        self._threshold = threshold
        self._cool_off = cool_off
        self._longest = longest
        self._failures = 0
        self._openings = 0
        self._open_until: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Say whether nothing may be asked now."""
        return self._open_until is not None and now < self._open_until

    def check(self, now: datetime, *, whom: str) -> None:
        """Return if a request may go; RetryableError says when to come back."""
        if self._open_until is not None and now < self._open_until:
            left = self._open_until - now
            raise RetryableError(
                f"{whom} has failed {self._failures} times in a row and is left alone for "
                f"{left.total_seconds():.0f} seconds",
                after=left,
            )

    def failed(self, now: datetime) -> None:
        """Count a failure; open when there were too many."""
        self._failures += 1
        if self._failures >= self._threshold:
            pause = min(self._cool_off * 2**self._openings, self._longest)
            self._open_until = now + pause
            self._openings = min(self._openings + 1, 16)

    def succeeded(self) -> None:
        """Forget all failures."""
        self._failures = 0
        self._openings = 0
        self._open_until = None
