"""When digests are due: at an hour of the reader's own clock (pure).

A wall-clock hour that the spring change skips falls on the instant at which the clock jumps; one
that the autumn change repeats counts the first time only. So each period ends exactly once.
"""

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from tidings.subscribers.models import Cadence

WEEK = 7


def next_due(cadence: Cadence, zone: tzinfo, hour: int, after: datetime) -> datetime:
    """Return the first instant later than ``after`` at which a digest is due, in UTC.

    Daily ones are due every day, weekly ones on Mondays, monthly ones on the first of the month.
    Raises ValueError for a cadence that has no digests.
    """
    on = _start_of_period(cadence, after.astimezone(zone).date())
    while (due := instant_of(on, zone, hour)) <= after:
        on = _start_of_next_period(cadence, on)
    return due


def latest_due(
    next_due_at: datetime, cadence: Cadence, zone: tzinfo, hour: int, now: datetime
) -> datetime:
    """Return the end of the one period that a digest started ``now`` should cover.

    That is ``next_due_at`` unless later digests have come due as well: after an outage one digest
    covers all of it.
    """
    on = _start_of_period(cadence, now.astimezone(zone).date())
    if instant_of(on, zone, hour) > now:
        on = _start_of_period(cadence, on - timedelta(days=1))
    return max(next_due_at, instant_of(on, zone, hour))


def due_after_move(
    cadence: Cadence, zone: tzinfo, hour: int, *, told_until: datetime | None, now: datetime
) -> datetime:
    """Return when a digest is due next at another hour, or in another zone, than before.

    There is one digest in a day, week or month of the reader's: if the one that ended at
    ``told_until`` was in the same, the next one is due in the next.
    """
    due = next_due(cadence, zone, hour, now)
    if told_until is None or told_until > now:
        return due
    told, next_one = (at.astimezone(zone).date() for at in (told_until, due))
    is_same = _start_of_period(cadence, told) == _start_of_period(cadence, next_one)
    return next_due(cadence, zone, hour, due) if is_same else due


def ends_period(cadence: Cadence, zone: tzinfo, hour: int, at: datetime) -> bool:
    """Say whether a digest is due at this very moment."""
    return next_due(cadence, zone, hour, at - timedelta.resolution) == at


def _start_of_period(cadence: Cadence, on: date) -> date:
    match cadence:
        case Cadence.DAILY:
            return on
        case Cadence.WEEKLY:
            return on - timedelta(days=on.weekday())
        case Cadence.MONTHLY:
            return on.replace(day=1)
        case _:
            raise ValueError(f"{cadence} has no digests")


def _start_of_next_period(cadence: Cadence, on: date) -> date:
    days = {Cadence.DAILY: 1, Cadence.WEEKLY: WEEK, Cadence.MONTHLY: 31}[cadence]
    return _start_of_period(cadence, on + timedelta(days=days))


def instant_of(on: date, zone: tzinfo, hour: int) -> datetime:
    """Return when an hour of the wall clock begins on a day, in UTC.

    Of two equal hours the first; an hour that is skipped begins when the clock jumps.
    """
    wall = datetime.combine(on, time(hour), tzinfo=zone)  # the first of two equal hours
    due = wall.astimezone(UTC)
    if due.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return due
    # The hour was skipped. Read with the offset from before the jump it lies after the jump, read
    # with the one from after the jump it lies before.
    return _jump(wall.replace(fold=1).astimezone(UTC), due, zone)


def _jump(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """Return the second at which the zone's clock jumps, between these two."""
    seconds = range(int((after - before).total_seconds()))
    offset = after.astimezone(zone).utcoffset()

    def has_jumped(second: int) -> bool:
        return (before + timedelta(seconds=second)).astimezone(zone).utcoffset() == offset

    return before + timedelta(seconds=bisect_left(seconds, 1, key=has_jumped))
