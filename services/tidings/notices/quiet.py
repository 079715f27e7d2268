"""The hours in which a reader's own clock lets nothing come in (pure).

They put off when an alert is sent, never that something is seen or noted.
"""

from datetime import datetime, timedelta, tzinfo

from tidings.notices.windows import instant_of

LONGEST_QUIET = 14
"""Hours that may be quiet: what is told at once is told on the same day."""


def quiet_hours(quiet_from: int, quiet_until: int) -> int:
    """Return how many hours of a day are quiet; none if it ends at the hour at which it begins."""
    return (quiet_until - quiet_from) % 24


def end_of_quiet(zone: tzinfo, quiet_from: int, quiet_until: int, at: datetime) -> datetime | None:
    """Return when the quiet hours end that ``at`` falls into, in UTC; None when it does not.

    By the reader's wall clock: an end that the spring change skips is when the clock jumps, one
    that the autumn change repeats is the first of the two that is still to come.
    """
    local = at.astimezone(zone)
    if (local.hour - quiet_from) % 24 >= quiet_hours(quiet_from, quiet_until):
        return None
    end = instant_of(local.date(), zone, quiet_until)
    return end if end > at else instant_of(local.date() + timedelta(days=1), zone, quiet_until)
