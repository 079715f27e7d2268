"""Digests that no schedule, or a wrong one, would ever start are found and mended."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from builders import make_follow, make_notice, make_project, make_reader
from conftest import NOW
from sqlalchemy import Engine
from sqlmodel import Session, col, delete, select, update

from tidings.config import Settings
from tidings.flows.compose_digest import compose_digest
from tidings.flows.mend_schedules import MENDED, mend_schedules
from tidings.flows.start_digests import start_digests
from tidings.notices.models import DigestRun, Notice, NoticeState
from tidings.notices.schedules import ensure_schedule
from tidings.searches.models import SavedSearch, Search
from tidings.subscribers.models import (
    Cadence,
    DigestSchedule,
    Follow,
    Subscriber,
    SubscriberState,
)

NOTHING = dict.fromkeys(MENDED, 0)
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
DUE = datetime(2026, 11, 23, 8, tzinfo=UTC)
"""The Monday morning before the noon of NOW."""


def reader_of(session: Session, name: str = "reader", **values: Any) -> Subscriber:
    return make_reader(session, name, time_zone="UTC", digest_hour=8, **values)


def follow_of(session: Session, reader: Subscriber | None = None, **values: Any) -> Follow:
    """Let a reader follow a project for a month already, with no schedule."""
    asked = {"created_at": NOW - 4 * WEEK} | values
    owner = reader or reader_of(session)
    return make_follow(session, owner, make_project(session, f"CA-{owner.id}"), **asked)


def schedules(session: Session) -> dict[Cadence, datetime]:
    session.expire_all()
    found = {row.cadence: row.next_due_at for row in session.exec(select(DigestSchedule))}
    session.commit()  # lets go of the store
    return found


def runs(session: Session) -> list[DigestRun]:
    session.expire_all()
    found = list(session.exec(select(DigestRun).order_by(col(DigestRun.period_end))))
    session.commit()
    return found


def test_a_follow_without_a_schedule_gets_one_and_is_told_what_it_missed(
    engine: Engine, session: Session, settings: Settings
) -> None:
    notice = make_notice(session, follow_of(session), created_at=DUE - DAY)
    assert mend_schedules(engine, now=NOW) == NOTHING | {"schedule": 1}
    assert schedules(session) == {Cadence.WEEKLY: DUE}
    compose_digest(session, start_digests(session, now=NOW), settings=settings, now=NOW)
    session.expire_all()
    assert session.get_one(Notice, notice.id).state is NoticeState.BUNDLED
    assert mend_schedules(engine, now=NOW) == NOTHING


def test_a_saved_search_and_a_notice_that_waits_ask_for_a_schedule_too(
    engine: Engine, session: Session
) -> None:
    reader = reader_of(session)
    session.add(Search(id=1, canonical="cancer", hash="h", created_at=NOW))
    session.flush()
    own: dict[str, Any] = {
        "subscriber_id": reader.id,
        "search_id": 1,
        "name": "Cancer",
        "text": "cancer",
    }
    session.add(SavedSearch(**own, cadence=Cadence.DAILY, created_at=NOW - DAY))
    session.commit()
    make_notice(session, follow_of(session, reader, ended_at=NOW), cadence=Cadence.MONTHLY)
    assert mend_schedules(engine, now=NOW)["schedule"] == 2
    assert schedules(session) == {
        Cadence.DAILY: DUE,
        Cadence.MONTHLY: datetime(2026, 12, 1, 8, tzinfo=UTC),
    }


def test_a_follow_of_this_minute_is_told_in_its_first_digest_and_not_before(
    engine: Engine, session: Session
) -> None:
    follow_of(session, created_at=NOW)
    mend_schedules(engine, now=NOW)
    assert schedules(session) == {Cadence.WEEKLY: DUE + WEEK}


@pytest.mark.parametrize(
    ("cadence", "state", "ended_at"),
    [
        (Cadence.IMMEDIATE, SubscriberState.ACTIVE, None),
        (Cadence.PAUSED, SubscriberState.ACTIVE, None),
        (Cadence.WEEKLY, SubscriberState.PENDING, None),
        (Cadence.WEEKLY, SubscriberState.ENDED, None),
        (Cadence.WEEKLY, SubscriberState.ACTIVE, NOW),
    ],
)
def test_what_needs_no_digest_gets_no_schedule(
    engine: Engine,
    session: Session,
    cadence: Cadence,
    state: SubscriberState,
    ended_at: datetime | None,
) -> None:
    follow_of(session, reader_of(session, state=state), cadence=cadence, ended_at=ended_at)
    assert mend_schedules(engine, now=NOW) == NOTHING


def test_a_lost_schedule_whose_digest_was_told_does_not_tell_it_twice(
    engine: Engine, session: Session
) -> None:
    follow = follow_of(session)
    reader = session.get_one(Subscriber, follow.subscriber_id)
    ensure_schedule(session, reader, Cadence.WEEKLY, now=NOW - DAY)
    assert len(start_digests(session, now=NOW)) == 1
    session.exec(delete(DigestSchedule))
    session.commit()
    assert mend_schedules(engine, now=NOW)["schedule"] == 1
    assert start_digests(session, now=NOW) == []
    assert schedules(session) == {Cadence.WEEKLY: DUE + WEEK}


def test_a_due_time_from_before_a_clock_was_set_back_is_brought_near(
    engine: Engine, session: Session
) -> None:
    reader = reader_of(session)
    for cadence in (Cadence.DAILY, Cadence.WEEKLY, Cadence.MONTHLY):
        ensure_schedule(session, reader, cadence, now=NOW)
    right = schedules(session)
    session.exec(update(DigestSchedule).values(next_due_at=NOW + 40 * DAY, last_due_at=NOW + WEEK))
    session.commit()
    assert mend_schedules(engine, now=NOW) == NOTHING | {"due_time": 3}
    assert schedules(session) == right
    assert set(session.exec(select(DigestSchedule.last_due_at))) == {NOW}
    session.commit()
    assert mend_schedules(engine, now=NOW) == NOTHING


def test_a_due_time_that_is_as_far_ahead_as_it_may_be_stays(
    engine: Engine, session: Session
) -> None:
    reader = make_reader(session, time_zone="America/New_York", digest_hour=8)
    saturday = datetime(2026, 10, 31, 12, 0, 1, tzinfo=UTC)  # 8:00: the day has 25 hours
    ensure_schedule(session, reader, Cadence.DAILY, now=saturday)
    session.commit()
    assert schedules(session)[Cadence.DAILY] - saturday > timedelta(hours=24, minutes=59)
    assert mend_schedules(engine, now=saturday) == NOTHING


def test_a_period_that_was_noted_and_has_no_run_gets_it(
    engine: Engine, session: Session, settings: Settings
) -> None:
    follow = follow_of(session)
    reader = session.get_one(Subscriber, follow.subscriber_id)
    ensure_schedule(session, reader, Cadence.WEEKLY, now=NOW - 2 * WEEK)
    for at in (DUE - WEEK, DUE):
        assert len(start_digests(session, now=at)) == 1
    notice = make_notice(session, follow, created_at=DUE - DAY)
    session.exec(delete(DigestRun).where(col(DigestRun.period_end) == DUE))
    session.commit()
    assert mend_schedules(engine, now=NOW) == NOTHING | {"period": 1}
    assert mend_schedules(engine, now=NOW) == NOTHING
    lost = runs(session)[-1]
    assert (lost.period_start, lost.period_end, lost.started_at) == (DUE - WEEK, DUE, NOW)
    compose_digest(session, [lost.id or 0], settings=settings, now=NOW)
    session.expire_all()
    assert session.get_one(Notice, notice.id).state is NoticeState.BUNDLED


def test_a_period_of_longer_than_a_week_ago_is_let_be(engine: Engine, session: Session) -> None:
    reader = reader_of(session)
    ensure_schedule(session, reader, Cadence.WEEKLY, now=NOW - 2 * WEEK)
    start_digests(session, now=DUE)
    session.exec(delete(DigestRun))
    session.commit()
    assert mend_schedules(engine, now=DUE + WEEK + DAY) == NOTHING


def test_a_new_schedule_that_has_told_nothing_yet_is_well(engine: Engine, session: Session) -> None:
    ensure_schedule(session, reader_of(session), Cadence.DAILY, now=NOW)
    session.commit()
    assert mend_schedules(engine, now=NOW + timedelta(hours=1)) == NOTHING


def test_many_are_mended_in_one_call(engine: Engine, session: Session) -> None:
    for number in range(120):
        follow_of(session, reader_of(session, f"r{number}"))
    assert mend_schedules(engine, now=NOW)["schedule"] == 120
    assert len(start_digests(session, now=NOW)) == 120
