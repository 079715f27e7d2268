"""The timetable: slots that everybody counts alike."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.jobs import Job
from tidings.upkeep.timetable import TIMETABLE, Entry

entries = st.sampled_from(TIMETABLE)
instants = st.datetimes(datetime(2001, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone comes after
WEEKLY, PROBE, RECONCILE = (entry for entry in TIMETABLE if entry.job is Job.SWEEP_START)


@given(entries, instants)
def test_every_moment_lies_in_one_slot(entry: Entry, now: datetime) -> None:
    slot, following = entry.slot(now), entry.next_slot(now)
    assert slot <= now < following
    assert following - slot == entry.every
    assert entry.slot(slot) == slot
    assert entry.slot(following) == following
    assert entry.slot(following - timedelta(microseconds=1)) == slot


@given(instants)
def test_the_weekly_sweep_is_due_on_monday_at_five(now: datetime) -> None:
    slot = WEEKLY.slot(now)
    assert (slot.isoweekday(), slot.hour, slot.minute, slot.second) == (1, 5, 0, 0)


@given(instants)
def test_the_probe_is_due_every_day_at_eleven(now: datetime) -> None:
    slot = PROBE.slot(now)
    assert (slot.hour, slot.minute) == (11, 0)
    assert now - slot < timedelta(days=1)


@given(instants)
def test_the_reconcile_is_due_on_wednesday_at_five(now: datetime) -> None:
    slot = RECONCILE.slot(now)
    assert (slot.isoweekday(), slot.hour, slot.minute) == (3, 5, 0)


def test_the_audits_are_due_every_day() -> None:
    daily = {entry.job for entry in TIMETABLE if entry.every == timedelta(days=1)}
    assert daily >= {Job.CANARY_RUN, Job.MATCHES_AUDIT}


@pytest.mark.parametrize("entry", TIMETABLE, ids=lambda entry: entry.name)
def test_a_fast_calendar_is_looked_at_more_often_but_not_below_a_second(entry: Entry) -> None:
    assert entry.machine_period(1) == entry.every
    assert entry.machine_period(1e9) == (timedelta(seconds=1) if entry.calendar else entry.every)


def test_ticks_are_kept_under_the_job_and_what_it_is_rung_with() -> None:
    assert WEEKLY.name == "sweep.start weekly"
    assert len({entry.name for entry in TIMETABLE}) == len(TIMETABLE)
