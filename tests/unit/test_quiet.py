"""Quiet hours by the reader's own clock, and which mails tell what waits to be told at once."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.delivery.models import DeliveryKind
from tidings.notices.alerts import WaitingAlert, plan_alerts
from tidings.notices.quiet import LONGEST_QUIET, end_of_quiet, quiet_hours
from tidings.notices.windows import due_after_move, next_due
from tidings.projects.models import SEVERITY_ORDER, Severity
from tidings.subscribers.models import DIGEST_CADENCES, Cadence

NEW_YORK = ZoneInfo("America/New_York")
ZONES = st.sampled_from(
    [
        ZoneInfo(name)
        for name in (
            *("America/New_York", "Europe/Berlin", "Asia/Tokyo", "Asia/Kathmandu"),
            *("Australia/Lord_Howe", "America/Havana", "Asia/Beirut", "Pacific/Apia"),
        )
    ]
)
MOMENTS = st.datetimes(datetime(2005, 1, 1), datetime(2030, 1, 1)).map(  # noqa: DTZ001 - made UTC
    lambda moment: moment.replace(tzinfo=UTC)
)
HOURS = st.integers(0, 23)


def new_york(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("at", "end"),
    [
        ("2026-11-23 21:00", "2026-11-24 07:00"),
        ("2026-11-24 06:59", "2026-11-24 07:00"),
        ("2026-11-24 07:00", None),
        ("2026-11-24 20:59", None),
        ("2026-03-07 23:00", "2026-03-08 07:00"),  # the clock jumps in between
        ("2026-10-31 23:00", "2026-11-01 07:00"),  # an hour comes twice in between
    ],
)
def test_quiet_hours_are_those_of_the_readers_clock(at: str, end: str | None) -> None:
    expected = new_york(end) if end else None
    assert end_of_quiet(NEW_YORK, 21, 7, new_york(at)) == expected


def test_an_end_that_the_spring_change_skips_is_when_the_clock_jumps() -> None:
    end = end_of_quiet(NEW_YORK, 22, 2, new_york("2026-03-08 01:30"))
    assert end == datetime(2026, 3, 8, 7, tzinfo=UTC)


@given(ZONES, HOURS, HOURS, MOMENTS)
def test_quiet_hours_end_soon_and_at_an_hour_that_is_not_quiet(
    zone: ZoneInfo, begins: int, ends: int, at: datetime
) -> None:
    end = end_of_quiet(zone, begins, ends, at)
    if begins == ends:
        assert end is None
    if end is None:
        return
    assert at < end <= at + timedelta(hours=quiet_hours(begins, ends) + 1, days=1)
    assert end_of_quiet(zone, begins, ends, end) is None
    assert (at.astimezone(zone).hour - begins) % 24 < quiet_hours(begins, ends)


def test_the_longest_quiet_is_shorter_than_a_day_by_far() -> None:
    assert quiet_hours(21, 7) == 10 <= LONGEST_QUIET < 24


@given(ZONES, ZONES, HOURS, HOURS, MOMENTS, st.sampled_from(DIGEST_CADENCES))
def test_a_digest_that_moves_is_neither_lost_nor_doubled(
    old: ZoneInfo, new: ZoneInfo, hour: int, other: int, at: datetime, cadence: Cadence
) -> None:
    told = next_due(cadence, old, hour, at)
    now = told + timedelta(hours=1)
    due = due_after_move(cadence, new, other, told_until=told, now=now)
    assert due > now
    assert next_due(cadence, new, other, due - timedelta.resolution) == due
    first = next_due(cadence, new, other, now)
    assert due in {first, next_due(cadence, new, other, first)}
    if cadence is Cadence.DAILY:
        assert due.astimezone(new).date() > told.astimezone(new).date()
    never_told = due_after_move(cadence, new, other, told_until=None, now=now)
    assert never_told == first


ALERTS = st.lists(
    st.builds(
        WaitingAlert,
        notice_id=st.integers(1, 10**6),
        subscriber_id=st.integers(1, 3),
        project_id=st.integers(1, 10**6),
        sweep_id=st.integers(1, 2),
        severity=st.sampled_from(SEVERITY_ORDER),
    ),
    unique_by=(lambda alert: alert.notice_id, lambda alert: alert.project_id),
    max_size=30,
)


@given(ALERTS, st.integers(1, 5), st.integers(-1, 8))
def test_every_notice_is_in_one_mail_or_joins_a_digest(
    waiting: list[WaitingAlert], roll_up_after: int, allowed: int
) -> None:
    readers = {alert.subscriber_id for alert in waiting}
    plan = plan_alerts(
        waiting, roll_up_after=roll_up_after, allowed=dict.fromkeys(readers, allowed)
    )
    told = [one for mail in plan.mails for one in mail.notice_ids]
    assert sorted((*told, *plan.too_many)) == sorted(alert.notice_id for alert in waiting)
    assert len({mail.key for mail in plan.mails}) == len(plan.mails)
    for mail in plan.mails:
        is_one = mail.kind is DeliveryKind.CHANGE_ALERT
        assert len(mail.notice_ids) == 1 if is_one else len(mail.notice_ids) > roll_up_after
    for reader in readers:
        mails = sum(mail.subscriber_id == reader for mail in plan.mails)
        assert mails <= max(allowed, 0)
        assert mails == max(allowed, 0) or reader not in plan.overrun
    again = plan_alerts(
        reversed(waiting), roll_up_after=roll_up_after, allowed=dict.fromkeys(readers, allowed)
    )
    assert {mail.key for mail in again.mails} == {mail.key for mail in plan.mails}


def test_of_too_many_alerts_the_gravest_go_out() -> None:
    waiting = [
        WaitingAlert(number, 1, number, 1, severity)
        for number, severity in enumerate((Severity.INFO, Severity.CRITICAL, Severity.NOTABLE), 1)
    ]
    plan = plan_alerts(waiting, roll_up_after=10, allowed={1: 2})
    assert [mail.notice_ids for mail in plan.mails] == [(2,), (3,)]
    assert (plan.too_many, plan.overrun) == ((1,), {1})
