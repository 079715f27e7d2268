"""When digests are due, over years and zones, against a clock that is simply watched."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidings.notices.windows import ends_period, latest_due, next_due
from tidings.subscribers.models import DIGEST_CADENCES, Cadence

ZONES = (
    "America/New_York",
    "Europe/Berlin",
    "Asia/Kolkata",  # half an hour off, no summer time
    "Australia/Lord_Howe",  # summer time of half an hour, southern
    "Africa/Cairo",  # jumps at midnight
    "Pacific/Chatham",  # three quarters of an hour off
)
STEP = timedelta(minutes=15)  # every offset and every jump in these zones is a multiple of it
START = datetime(2024, 1, 1, tzinfo=UTC)
END = datetime(2028, 1, 1, tzinfo=UTC)

zones = st.sampled_from(ZONES)
hours = st.integers(0, 23)
cadences = st.sampled_from(DIGEST_CADENCES)
instants = st.timedeltas(timedelta(days=20), timedelta(days=1350)).map(lambda past: START + past)


@cache
def watched(zone: str) -> dict[tuple[date, int], datetime]:
    """Watch a clock for years: when, on each date, it first shows each hour."""
    shown: dict[tuple[date, int], datetime] = {}
    at, clock = START, ZoneInfo(zone)
    while at < END:
        local = at.astimezone(clock)
        shown.setdefault((local.date(), local.hour), at)
        at += STEP
    return shown


def ends_a_period(cadence: Cadence, on: date) -> bool:
    return (
        cadence is Cadence.DAILY
        or (cadence is Cadence.WEEKLY and on.isoweekday() == 1)
        or (cadence is Cadence.MONTHLY and on.day == 1)
    )


@cache
def expected(zone: str, hour: int, cadence: Cadence) -> Sequence[datetime]:
    shown = watched(zone)
    dates = sorted({on for on, _ in shown})[2:-2]
    return [
        next(shown[on, later] for later in range(hour, 24) if (on, later) in shown)
        for on in dates
        if ends_a_period(cadence, on)
    ]


@given(zones, hours, cadences, instants)
@settings(max_examples=300, deadline=None)
def test_the_next_digest_is_due_when_a_watched_clock_first_shows_the_hour(
    zone: str, hour: int, cadence: Cadence, after: datetime
) -> None:
    due = next(at for at in expected(zone, hour, cadence) if at > after)
    assert next_due(cadence, ZoneInfo(zone), hour, after) == due


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("cadence", DIGEST_CADENCES)
@pytest.mark.parametrize("hour", [0, 1, 2, 3])  # the hours that clocks skip or repeat
def test_each_period_of_four_years_ends_exactly_once(
    zone: str, cadence: Cadence, hour: int
) -> None:
    due, found = START + timedelta(days=40), list[datetime]()
    while due < END - timedelta(days=40):
        due = next_due(cadence, ZoneInfo(zone), hour, due)
        found.append(due)
    wanted = expected(zone, hour, cadence)
    assert found == [at for at in wanted if found[0] <= at <= found[-1]]


@given(zones, hours, cadences, instants)
@settings(max_examples=100, deadline=None)
def test_a_period_ends_at_a_due_moment_and_at_none_beside_it(
    zone: str, hour: int, cadence: Cadence, after: datetime
) -> None:
    clock = ZoneInfo(zone)
    due = next_due(cadence, clock, hour, after)
    moments = [due + timedelta(microseconds=n) for n in (-1, 0, 1)]
    assert [ends_period(cadence, clock, hour, at) for at in moments] == [False, True, False]


@given(zones, hours, cadences, instants, st.timedeltas(timedelta(0), timedelta(days=400)))
@settings(max_examples=300, deadline=None)
def test_after_an_outage_one_digest_covers_everything_that_came_due(
    zone: str, hour: int, cadence: Cadence, start: datetime, outage: timedelta
) -> None:
    clock = ZoneInfo(zone)
    first = next_due(cadence, clock, hour, start)
    now = min(first + outage, END - timedelta(days=40))
    covered = latest_due(first, cadence, clock, hour, now)
    assert first <= covered <= now < next_due(cadence, clock, hour, covered)


@pytest.mark.parametrize(
    ("zone", "on", "hour", "due"),
    [
        ("America/New_York", date(2026, 3, 8), 2, datetime(2026, 3, 8, 7, tzinfo=UTC)),
        # from 2:45 to 3:45
        ("Pacific/Chatham", date(2027, 9, 26), 3, datetime(2027, 9, 25, 14, tzinfo=UTC)),
        # into the next day
        ("America/Nuuk", date(2026, 3, 28), 23, datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ],
)
def test_an_hour_that_spring_skips_is_due_when_the_clock_jumps(
    zone: str, on: date, hour: int, due: datetime
) -> None:
    clock = ZoneInfo(zone)
    early = datetime.combine(on, time(0), tzinfo=clock)
    assert next_due(Cadence.DAILY, clock, hour, early) == due
    next_day = datetime.combine(on + timedelta(days=1), time(hour), tzinfo=clock)
    assert next_due(Cadence.DAILY, clock, hour, due) == next_day


def test_an_hour_that_autumn_repeats_is_due_once() -> None:
    clock = ZoneInfo("America/New_York")
    due = next_due(Cadence.DAILY, clock, 1, datetime(2026, 11, 1, 0, tzinfo=UTC))
    assert due == datetime(2026, 11, 1, 5, tzinfo=UTC)
    assert next_due(Cadence.DAILY, clock, 1, due) == datetime(2026, 11, 2, 6, tzinfo=UTC)


def test_a_digest_due_this_very_moment_is_not_the_next_one() -> None:
    monday = datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert next_due(Cadence.WEEKLY, UTC, 8, monday) == monday + timedelta(days=7)


@pytest.mark.parametrize("cadence", [Cadence.IMMEDIATE, Cadence.PAUSED])
def test_a_cadence_without_digests_has_no_due_time(cadence: Cadence) -> None:
    with pytest.raises(ValueError, match="has no digests"):
        next_due(cadence, UTC, 8, START)
