"""How long to wait before asking again (pure)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST_QUIET = timedelta(days=1)
"""Nobody keeps still for longer, whatever a header says: a slip of the server's would end us."""


@dataclass(frozen=True)
class Patience:
    """How often one request is tried, and how long it waits in between.

    A longer wait than ``longest`` is not sat out here: the caller is told to come back later.
    """

    tries: int = 4
    first: timedelta = timedelta(seconds=1)
    longest: timedelta = timedelta(seconds=20)

    def pause(self, failures: int, jitter: float) -> timedelta:
        """Return the wait after so many failures: doubling, capped, spread by ``jitter`` in 0..1.

        Half is fixed and half is spread, so that clients that failed together come back apart.
        """
        full = min(self.first * 2 ** min(failures - 1, 16), self.longest)
        return full / 2 + full / 2 * jitter


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Read a Retry-After header: seconds, or a date; None if it is absent or makes no sense."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), LONGEST_QUIET)
    when = http_date(text)
    return None if when is None else _until(when, now)


def rate_limit_pause(remaining: str | None, reset: str | None, now: datetime) -> timedelta | None:
    """Return how long to keep still when an answer says that no more requests remain.

    ``now`` is the server's time, from its Date header, since ``reset`` is its time, too.
    """
    if (remaining or "").strip() != "0":
        return None
    try:
        until = datetime.fromisoformat((reset or "").strip())
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return _until(until, now)


def http_date(value: str | None) -> datetime | None:
    """Read a date as HTTP writes it; None if it is absent or makes no sense."""
    try:
        when = parsedate_to_datetime(value or "")
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _until(moment: datetime, now: datetime) -> timedelta:
    return min(max(moment - now, timedelta(0)), LONGEST_QUIET)
