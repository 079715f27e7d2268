"""Digests: started at the reader's hour, once a period, telling what waited."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from builders import make_follow, make_notice, make_project, make_reader, make_sweep
from conftest import NOW
from outbox import digest, weekly_notice
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.delivery.models import Delivery, DeliveryKind, DeliveryState
from tidings.flows.compose_digest import compose_digest
from tidings.flows.start_digests import start_digests
from tidings.keys import digest_key, heartbeat_key, message_id
from tidings.notices.letter_queries import notices_of
from tidings.notices.models import DigestRun, DigestRunState, Notice, NoticeState
from tidings.notices.schedules import ensure_schedule
from tidings.subscribers.models import (
    DIGEST_CADENCES,
    Cadence,
    DigestSchedule,
    Follow,
    Subscriber,
    SubscriberState,
)

DUE = datetime(2026, 11, 23, 13, tzinfo=UTC)
"""08:00 in New York on the Monday of NOW."""


def follow_of(session: Session, name: str = "reader", **values: object) -> Follow:
    """Let a reader of New York follow a project, with a schedule for it."""
    reader = make_reader(session, name)
    follow = make_follow(session, reader, make_project(session, f"CA-{name}"), **values)
    ensure_schedule(session, reader, follow.cadence, now=NOW)
    session.commit()
    return follow


def state_of(session: Session, notice: Notice) -> NoticeState:
    session.expire_all()
    return session.get_one(Notice, notice.id).state


def runs_of(session: Session) -> list[DigestRun]:
    session.expire_all()
    return list(session.exec(select(DigestRun).order_by(col(DigestRun.period_end))))


def test_a_digest_starts_at_the_readers_hour_and_not_before(session: Session) -> None:
    follow = follow_of(session)
    assert start_digests(session, now=DUE - timedelta(seconds=1)) == []
    assert len(start_digests(session, now=DUE)) == 1
    [run] = runs_of(session)
    assert run.subscriber_id == follow.subscriber_id
    assert (run.cadence, run.state) == (Cadence.WEEKLY, DigestRunState.STARTED)
    assert (run.period_start, run.period_end) == (NOW, DUE)


def test_starting_twice_starts_nothing_more_until_the_next_period(session: Session) -> None:
    follow_of(session)
    assert len(start_digests(session, now=DUE)) == 1
    assert start_digests(session, now=DUE) == []
    assert start_digests(session, now=DUE + timedelta(days=6)) == []
    assert len(start_digests(session, now=DUE + timedelta(days=7))) == 1
    first, second = runs_of(session)
    assert second.period_start == first.period_end


def test_after_an_outage_one_run_covers_all_of_it(session: Session) -> None:
    follow_of(session)
    assert len(start_digests(session, now=DUE + timedelta(weeks=5, days=2))) == 1
    assert start_digests(session, now=DUE + timedelta(weeks=5, days=3)) == []
    [run] = runs_of(session)
    assert (run.period_start, run.period_end) == (NOW, DUE + timedelta(weeks=5))


def test_a_period_that_has_its_run_gets_no_second_one(session: Session) -> None:
    follow = follow_of(session)
    start_digests(session, now=DUE)
    schedule = session.get_one(DigestSchedule, (follow.subscriber_id, Cadence.WEEKLY))
    schedule.next_due_at = DUE  # as if the move of the schedule had been lost
    session.commit()
    assert start_digests(session, now=DUE) == []
    assert len(runs_of(session)) == 1


def test_at_most_the_limit_is_started_and_the_longest_waiting_first(session: Session) -> None:
    readers = [make_reader(session, f"reader-{n}") for n in range(5)]
    for hours, reader in enumerate(reversed(readers)):
        ensure_schedule(session, reader, Cadence.DAILY, now=NOW + timedelta(days=hours))
    session.commit()
    started = [start_digests(session, now=NOW + timedelta(days=9), limit=2) for _ in range(4)]
    assert [len(batch) for batch in started] == [2, 2, 1, 0]
    first = [session.get_one(DigestRun, run).subscriber_id for run in started[0]]
    assert sorted(first) == sorted(stored_id(reader.id) for reader in readers[-2:])


@pytest.mark.parametrize("state", [SubscriberState.PENDING, SubscriberState.ENDED])
def test_nobody_without_consent_gets_a_digest(
    session: Session, settings: Settings, state: SubscriberState
) -> None:
    follow = follow_of(session)
    notice = make_notice(session, follow)
    [run] = start_digests(session, now=DUE)
    session.get_one(Subscriber, follow.subscriber_id).state = state
    session.commit()
    assert compose_digest(session, [run], settings=settings, now=DUE) == []
    assert start_digests(session, now=DUE + timedelta(weeks=1)) == []
    assert [run.state for run in runs_of(session)] == [DigestRunState.SKIPPED_EMPTY]
    assert state_of(session, notice) is NoticeState.WAITING


def test_a_reader_in_a_zone_that_is_no_more_gets_digests_by_utc(session: Session) -> None:
    reader = make_reader(session, time_zone="Atlantis/Capital")
    ensure_schedule(session, reader, Cadence.DAILY, now=NOW)
    session.commit()
    assert len(start_digests(session, now=NOW + timedelta(days=1))) == 1
    assert runs_of(session)[0].period_end == datetime(2026, 11, 24, 8, tzinfo=UTC)


def test_one_mail_tells_everything_that_waited(session: Session, settings: Settings) -> None:
    follow = follow_of(session)
    notices = [make_notice(session, follow) for _ in range(3)]
    run_ids = start_digests(session, now=DUE)
    [delivery_id] = compose_digest(session, run_ids, settings=settings, now=DUE)
    delivery = session.get_one(Delivery, delivery_id)
    key = digest_key(follow.subscriber_id, "weekly", DUE)
    assert (delivery.key, delivery.message_id) == (key, message_id(key, "tidings.example"))
    assert (delivery.kind, delivery.state) == (DeliveryKind.DIGEST, DeliveryState.PENDING)
    assert delivery.due_at == DUE
    assert [state_of(session, notice) for notice in notices] == [NoticeState.BUNDLED] * 3
    assert {notice.delivery_id for notice in session.exec(select(Notice))} == {delivery_id}
    [run] = runs_of(session)
    assert (run.state, run.delivery_id) == (DigestRunState.COMPOSED, delivery_id)


def test_composing_twice_sends_nothing_more(session: Session, settings: Settings) -> None:
    make_notice(session, follow_of(session))
    run_ids = start_digests(session, now=DUE)
    assert len(compose_digest(session, run_ids, settings=settings, now=DUE)) == 1
    assert compose_digest(session, run_ids, settings=settings, now=DUE) == []
    assert len(session.exec(select(Delivery)).all()) == 1


def test_a_period_with_nothing_to_tell_sends_no_mail(session: Session, settings: Settings) -> None:
    follow_of(session)
    run_ids = start_digests(session, now=DUE)
    assert compose_digest(session, run_ids, settings=settings, now=DUE) == []
    [run] = runs_of(session)
    assert (run.state, run.delivery_id) == (DigestRunState.SKIPPED_EMPTY, None)
    assert session.exec(select(Delivery)).all() == []


def test_what_came_after_the_period_waits_for_the_next(
    session: Session, settings: Settings
) -> None:
    follow = follow_of(session)
    in_time = make_notice(session, follow, created_at=DUE)
    late = make_notice(session, follow, created_at=DUE + timedelta(seconds=1))
    run_ids = start_digests(session, now=DUE + timedelta(hours=1))
    compose_digest(session, run_ids, settings=settings, now=DUE + timedelta(hours=1))
    assert state_of(session, in_time) is NoticeState.BUNDLED
    assert state_of(session, late) is NoticeState.WAITING


def test_a_digest_takes_notices_of_its_own_cadence_only(
    session: Session, settings: Settings
) -> None:
    follow = follow_of(session, cadence=Cadence.WEEKLY)
    others = [
        make_notice(session, follow, cadence=cadence)
        for cadence in Cadence
        if cadence is not Cadence.WEEKLY
    ]
    own = make_notice(session, follow)
    compose_digest(session, start_digests(session, now=DUE), settings=settings, now=DUE)
    assert state_of(session, own) is NoticeState.BUNDLED
    assert {state_of(session, notice) for notice in others} == {NoticeState.WAITING}


@pytest.mark.parametrize(
    "state", [NoticeState.HELD, NoticeState.TOLD, NoticeState.SKIPPED, NoticeState.BUNDLED]
)
def test_only_waiting_notices_are_told(
    session: Session, settings: Settings, state: NoticeState
) -> None:
    notice = make_notice(session, follow_of(session), state=state)
    run_ids = start_digests(session, now=DUE)
    assert compose_digest(session, run_ids, settings=settings, now=DUE) == []
    assert state_of(session, notice) is state


def test_two_runs_left_lying_do_not_tell_the_same_thing_twice(
    session: Session, settings: Settings
) -> None:
    follow = follow_of(session)
    early = make_notice(session, follow, created_at=DUE)
    late = make_notice(session, follow, created_at=DUE + timedelta(days=1))
    next_week = DUE + timedelta(weeks=1)
    run_ids = start_digests(session, now=DUE) + start_digests(session, now=next_week)
    first, second = compose_digest(session, run_ids, settings=settings, now=next_week)
    session.expire_all()
    assert session.get_one(Notice, early.id).delivery_id == first
    assert session.get_one(Notice, late.id).delivery_id == second


def test_each_reader_is_told_their_own(session: Session, settings: Settings) -> None:
    follows = [follow_of(session, f"reader-{n}") for n in range(4)]
    for follow in follows[:3]:
        make_notice(session, follow)
    run_ids = start_digests(session, now=DUE)
    made = compose_digest(session, run_ids, settings=settings, now=DUE)
    assert (len(run_ids), len(made)) == (4, 3)
    for notice in session.exec(select(Notice)):
        delivery = session.get_one(Delivery, notice.delivery_id)
        assert delivery.subscriber_id == notice.subscriber_id


def test_digests_of_one_reader_composed_at_once_all_tell_what_they_have(
    engine: Engine, settings: Settings
) -> None:
    with open_session(engine) as session:
        follow = follow_of(session)
        reader = session.get_one(Subscriber, follow.subscriber_id)
        for cadence in DIGEST_CADENCES:
            ensure_schedule(session, reader, cadence, now=NOW)
            for _ in range(20):
                make_notice(session, follow, cadence=cadence)
        session.commit()
        run_ids = start_digests(session, now=NOW + timedelta(days=10))

    def compose(run_id: int) -> list[int]:
        with open_session(engine) as own:
            return compose_digest(own, [run_id], settings=settings, now=NOW + timedelta(days=10))

    with ThreadPoolExecutor(6) as pool:
        made = [delivery for batch in pool.map(compose, run_ids * 2) for delivery in batch]
    assert len(made) == len(set(made)) == 3
    with open_session(engine) as session:
        told = session.exec(select(col(Notice.delivery_id))).all()
        assert Counter(told) == Counter(made * 20)
        assert {run.state for run in runs_of(session)} == {DigestRunState.COMPOSED}


ZONES = (
    "America/New_York",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Pacific/Chatham",
)


STEP = timedelta(hours=6)
DAYS = 400


@pytest.mark.timeout(180)  # some 1,600 transactions
def test_over_400_days_each_period_has_one_run_at_the_right_wall_time(session: Session) -> None:
    readers = [
        make_reader(session, zone, time_zone=zone, digest_hour=hour)
        for zone, hour in zip(ZONES, (2, 2, 8, 2, 0, 3), strict=True)
    ]
    for reader in readers:
        for cadence in DIGEST_CADENCES:
            ensure_schedule(session, reader, cadence, now=NOW)
    session.commit()
    for step in range(DAYS * timedelta(days=1) // STEP + 1):
        start_digests(session, now=NOW + step * STEP)
    runs = runs_of(session)
    days = [NOW.date() + timedelta(days=n) for n in range(1, DAYS + 1)]
    for reader in readers:
        for cadence in DIGEST_CADENCES:
            own = [r for r in runs if (r.subscriber_id, r.cadence) == (reader.id, cadence)]
            assert_right(own, ZoneInfo(reader.time_zone), reader.digest_hour)
            dates = [run.period_end.astimezone(ZoneInfo(reader.time_zone)).date() for run in own]
            assert dates == [on for on in days if due_on(cadence, on)]


def assert_right(runs: list[DigestRun], zone: ZoneInfo, hour: int) -> None:
    """Each run ends when a clock on the wall first shows the hour, and begins where one ended."""
    starts = [NOW, *(run.period_end for run in runs)]
    for start, run in zip(starts, runs, strict=False):
        wall = run.period_end.astimezone(zone)
        just_before = (run.period_end - timedelta(seconds=1)).astimezone(zone)
        assert wall.hour >= hour
        assert just_before.date() < wall.date() or just_before.hour < hour
        assert run.period_start == start
        assert timedelta(0) <= run.started_at - run.period_end < STEP


def due_on(cadence: Cadence, on: date) -> bool:
    return {
        Cadence.DAILY: True,
        Cadence.WEEKLY: on.isoweekday() == 1,
        Cadence.MONTHLY: on.day == 1,
    }[cadence]


def test_a_letter_tells_sweep_by_sweep_whatever_was_noted_first(
    session: Session, settings: Settings
) -> None:
    notice = weekly_notice(session, settings)
    follow = session.exec(select(Follow)).one()
    early, late = (make_sweep(session).id for _ in range(2))
    for sweep_id in (late, early):
        make_notice(session, follow, sweep_id=sweep_id)
    mail = digest(session, settings)
    session.expire_all()
    told = notices_of(session, [mail])[mail]
    assert [row.sweep_id for row, _, _ in told] == [notice.sweep_id, early, late]


MONTH = datetime(2026, 12, 1, 13, tzinfo=UTC)
"""08:00 in New York on the first of the month."""


def beating(session: Session, **values: object) -> Follow:
    """Let a reader who wants a heartbeat follow something, of which there is no news."""
    follow = follow_of(session, cadence=Cadence.WEEKLY)
    reader = session.get_one(Subscriber, follow.subscriber_id)
    reader.sqlmodel_update({"heartbeat": True, "confirmed_at": NOW - timedelta(days=60), **values})
    ensure_schedule(session, reader, Cadence.MONTHLY, now=NOW)
    session.commit()
    return follow


def beats(session: Session, settings: Settings, at: datetime) -> list[DeliveryKind]:
    """Compose all digests that are due and return the kinds of their mails."""
    made = compose_digest(session, start_digests(session, now=at), settings=settings, now=at)
    return [session.get_one(Delivery, number).kind for number in made]


def test_after_a_month_without_news_whoever_wants_to_know_is_told_so_once(
    session: Session, settings: Settings
) -> None:
    follow = beating(session)
    assert beats(session, settings, DUE) == [DeliveryKind.HEARTBEAT]
    [run] = runs_of(session)
    assert run.state is DigestRunState.COMPOSED
    mail = session.get_one(Delivery, run.delivery_id)
    assert mail.key == heartbeat_key(follow.subscriber_id, DUE)
    later = [DUE + timedelta(weeks=weeks) for weeks in range(1, 9)]
    told = [at for at in later if beats(session, settings, at)]
    assert told == [DUE + timedelta(weeks=4), DUE + timedelta(weeks=8)]


def test_two_digests_that_end_together_with_nothing_to_tell_are_one_heartbeat(
    session: Session, settings: Settings
) -> None:
    follow = beating(session)
    for schedule in session.exec(select(DigestSchedule)):
        schedule.next_due_at = MONTH
    session.commit()
    assert beats(session, settings, MONTH) == [DeliveryKind.HEARTBEAT]
    assert len({run.delivery_id for run in runs_of(session)}) == 1
    assert len(runs_of(session)) == 2
    assert follow.ended_at is None


@pytest.mark.parametrize(
    "values",
    [
        {"heartbeat": False},
        {"confirmed_at": NOW - timedelta(days=7)},
        {"state": SubscriberState.ENDED},
    ],
)
def test_nobody_else_gets_a_heartbeat(
    session: Session, settings: Settings, values: dict[str, object]
) -> None:
    beating(session, **values)
    assert beats(session, settings, DUE) == []


def test_who_was_told_something_or_follows_nothing_gets_no_heartbeat(
    session: Session, settings: Settings
) -> None:
    follow = beating(session)
    make_notice(session, follow)
    assert beats(session, settings, DUE) == [DeliveryKind.DIGEST]
    assert beats(session, settings, DUE + timedelta(weeks=3)) == []
    follow.ended_at = NOW
    session.commit()
    assert beats(session, settings, DUE + timedelta(weeks=9)) == []
