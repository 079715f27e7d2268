"""When digests must have come, by watching clocks: shares no code with what is judged by it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

STEP = timedelta(minutes=15)
"""Every offset, and every jump of a clock in our zones, is a multiple of it."""


class Expected(NamedTuple):
    """One digest: what it covers, and the tick that must have started it."""

    period_start: datetime
    period_end: datetime
    started_at: datetime


def due(zone: str, hour: int, cadence: str, start: datetime, end: datetime) -> list[datetime]:
    """Return when, between the two, the zone's clock first shows the hour on a day of digests."""
    return [
        at
        for on, at in _first_shown(zone, hour, start, end)
        if start < at <= end and _is_day(cadence, on)
    ]


def expected(
    due_at: Sequence[datetime], ticks: Iterable[datetime], made: datetime
) -> list[Expected]:
    """Return the digests of one schedule: all that is due by a tick is one digest."""
    found: list[Expected] = []
    for tick, dues in groupby(_first_ticks(due_at, sorted(ticks)), key=lambda pair: pair[1]):
        last = max(at for at, _ in dues)
        found.append(Expected(found[-1].period_end if found else made, last, tick))
    return found


def _first_ticks(
    due_at: Sequence[datetime], ticks: Sequence[datetime]
) -> Iterator[tuple[datetime, datetime]]:
    position = 0
    for at in due_at:
        while position < len(ticks) and ticks[position] < at:
            position += 1
        if position == len(ticks):
            return
        yield at, ticks[position]


@cache
def _first_shown(
    zone: str, hour: int, start: datetime, end: datetime
) -> tuple[tuple[date, datetime], ...]:
    """Watch a clock: on each date, the first moment at which it shows the hour or later."""
    shown: dict[date, datetime] = {}
    for on, clock_hour, at in _watched(zone, start, end):
        if clock_hour >= hour:
            shown.setdefault(on, at)
    return tuple(shown.items())[1:]  # the first date may have begun before we looked


@cache
def _watched(zone: str, start: datetime, end: datetime) -> tuple[tuple[date, int, datetime], ...]:
    clock = ZoneInfo(zone)
    begin = start.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    at, seen = begin - timedelta(days=2), list[tuple[date, int, datetime]]()
    while at <= end + timedelta(days=1):
        local = at.astimezone(clock)
        seen.append((local.date(), local.hour, at))
        at += STEP
    return tuple(seen)


def _is_day(cadence: str, on: date) -> bool:
    return {"daily": True, "weekly": on.weekday() == 0, "monthly": on.day == 1}[cadence]
