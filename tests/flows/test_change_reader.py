"""A reader's own settings: a move loses no digest and brings none twice; nonsense is refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from builders import make_follow, make_notice, make_project, make_reader
from conftest import NOW
from sqlmodel import Session, select

from tidings.config import Settings
from tidings.errors import RejectedError
from tidings.flows.change_follow import change_follow
from tidings.flows.change_reader import change_reader
from tidings.flows.compose_digest import compose_digest
from tidings.flows.start_digests import start_digests
from tidings.notices.models import Notice, NoticeState
from tidings.notices.schedules import ensure_schedule
from tidings.subscribers.models import (
    Cadence,
    DigestSchedule,
    Follow,
    Subscriber,
    SubscriberState,
)

WEEK = timedelta(weeks=1)
DUE = datetime(2026, 11, 23, 13, tzinfo=UTC)
"""08:00 in New York on the Monday of NOW."""


def digest_reader(session: Session, cadence: Cadence = Cadence.WEEKLY) -> Follow:
    reader = make_reader(session)
    row = make_follow(session, reader, make_project(session), cadence=cadence)
    ensure_schedule(session, reader, cadence, now=NOW)
    session.commit()
    return row


def due(session: Session) -> datetime:
    session.expire_all()
    return session.exec(select(DigestSchedule)).one().next_due_at


def set_reader(session: Session, row: Follow, now: datetime = NOW, **asked: Any) -> Subscriber:
    return change_reader(session, subscriber_id=row.subscriber_id, now=now, **asked)


def test_a_reader_who_moves_has_digests_at_the_new_hour(session: Session) -> None:
    row = digest_reader(session)
    set_reader(session, row, digest_hour=9)
    assert due(session) == DUE + timedelta(hours=1)
    set_reader(session, row, time_zone="Asia/Tokyo", digest_hour=7)
    assert due(session) == datetime(2026, 11, 29, 22, tzinfo=UTC)  # Monday, 07:00
    assert set_reader(session, row, digest_hour=7).time_zone == "Asia/Tokyo"
    assert due(session) == datetime(2026, 11, 29, 22, tzinfo=UTC)


def test_a_move_after_this_weeks_digest_brings_no_second_one_and_loses_nothing(
    session: Session, settings: Settings
) -> None:
    row = digest_reader(session)
    assert len(start_digests(session, now=DUE)) == 1
    set_reader(session, row, DUE + timedelta(minutes=1), digest_hour=12)
    next_monday = DUE + WEEK + timedelta(hours=4)
    assert due(session) == next_monday
    notice = make_notice(session, row, created_at=DUE + timedelta(hours=1))
    runs = start_digests(session, now=next_monday)
    compose_digest(session, runs, settings=settings, now=next_monday)
    session.expire_all()
    assert session.get_one(Notice, notice.id).state is NoticeState.BUNDLED


def test_a_digest_that_is_due_at_this_moment_stays_due(session: Session) -> None:
    row = digest_reader(session)
    set_reader(session, row, DUE, digest_hour=12)
    assert due(session) == DUE
    assert len(start_digests(session, now=DUE)) == 1
    assert due(session) > DUE


def test_who_wants_a_heartbeat_has_a_monthly_digest(session: Session) -> None:
    row = digest_reader(session, Cadence.IMMEDIATE)
    for _ in range(2):
        reader = set_reader(
            session, row, heartbeat=True, names_searches=True, language="es", quiet_from=22
        )
        assert (reader.heartbeat, reader.names_searches, reader.language) == (True, True, "es")
        assert (reader.quiet_from, reader.quiet_until) == (22, 7)
    assert [one.cadence for one in session.exec(select(DigestSchedule))] == [Cadence.MONTHLY]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"time_zone": "Mars/Base"}, "no time zone"),
        ({"digest_hour": 24}, "from 0 to 23"),
        ({"quiet_from": -1}, "from 0 to 23"),
        ({"quiet_from": 10, "quiet_until": 1}, "At most 14 hours"),
        ({"quiet_until": 12}, "At most 14 hours"),
        ({"language": "tlh"}, "do not write in that language"),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    session: Session, asked: dict[str, Any], words: str
) -> None:
    row = digest_reader(session)
    with pytest.raises(RejectedError, match=words):
        set_reader(session, row, **asked)
    session.rollback()
    reader = session.get_one(Subscriber, row.subscriber_id)
    assert (reader.time_zone, reader.digest_hour, reader.quiet_from) == ("America/New_York", 8, 21)


@pytest.mark.parametrize("state", [SubscriberState.PENDING, SubscriberState.ENDED])
def test_only_an_active_reader_changes_anything(session: Session, state: SubscriberState) -> None:
    row = digest_reader(session)
    session.get_one(Subscriber, row.subscriber_id).state = state
    session.commit()
    with pytest.raises(RejectedError, match="has settings"):
        set_reader(session, row, digest_hour=9)
    with pytest.raises(RejectedError, match="do not follow"):
        change_follow(
            session,
            subscriber_id=row.subscriber_id,
            project_id=row.project_id,
            cadence=Cadence.DAILY,
            now=NOW,
        )
