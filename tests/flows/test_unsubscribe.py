"""Ending: at once, of exactly what was named, and nothing is sent afterwards."""

from datetime import timedelta
from typing import Any

import pytest
from builders import make_follow, make_notice, make_project, make_reader
from conftest import NOW
from sqlmodel import Session, col, select

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.delivery.models import (
    Delivery,
    DeliveryEvent,
    DeliveryEventKind,
    DeliveryKind,
    DeliveryState,
)
from tidings.errors import RejectedError
from tidings.flows.compose_alerts import compose_alerts
from tidings.flows.compose_digest import compose_digest
from tidings.flows.confirm import confirm
from tidings.flows.follow import follow
from tidings.flows.start_digests import start_digests
from tidings.flows.subscribe import subscribe
from tidings.flows.unsubscribe import Part, unsubscribe
from tidings.keys import goodbye_key
from tidings.notices.models import Notice, NoticeState
from tidings.notices.reasons import REASONS, FollowReason, SearchReason
from tidings.notices.schedules import ensure_schedule
from tidings.projects.models import Project
from tidings.searches.models import SavedSearch, Search
from tidings.subscribers.models import (
    Cadence,
    DigestSchedule,
    EndedReason,
    Follow,
    Subscriber,
    SubscriberState,
)
from tidings.subscribers.tokens import Scope, open_token
from tidings.subscribers.wishes import Wish

LATER = NOW + timedelta(hours=1)


class Reader:
    """A reader who follows a project and has a saved search, both weekly."""

    def __init__(self, session: Session, settings: Settings, name: str = "reader") -> None:
        self.session, self.settings = session, settings
        row = make_reader(session, name)
        self.id = stored_id(row.id)
        self.follow = make_follow(session, row, make_project(session, f"CA-{name.upper()}"))
        search = Search(canonical=name, hash=name, created_at=NOW)
        session.add(search)
        session.flush()
        self.saved = SavedSearch(
            subscriber_id=self.id,
            search_id=stored_id(search.id),
            name=name,
            text=name,
            created_at=NOW,
        )
        session.add(self.saved)
        ensure_schedule(session, row, Cadence.WEEKLY, now=NOW)
        session.commit()

    def unsubscribe(self, **part: int | None) -> int | None:
        goodbye = unsubscribe(
            self.session,
            Scope(self.id, **part),
            reason=EndedReason.ONE_CLICK,
            settings=self.settings,
            now=LATER,
        )
        self.session.expire_all()
        return goodbye

    def notice(self, *, followed: bool = True, searched: bool = False, **values: Any) -> Notice:
        """Store a waiting notice because of the follow, of the saved search, or of both."""
        by_follow = FollowReason(follow_id=stored_id(self.follow.id), change_ids=(1,))
        by_search = SearchReason(
            saved_search_id=stored_id(self.saved.id), appl_id=1, version=1, clauses=()
        )
        reasons = (by_follow,) * followed + (by_search,) * searched
        dumped = REASONS.dump_python(reasons, mode="json")
        return make_notice(self.session, self.follow, **{"reasons": dumped} | values)

    def state(self) -> SubscriberState:
        return self.session.get_one(Subscriber, self.id).state

    def kinds(self) -> list[tuple[DeliveryKind, DeliveryState]]:
        own = select(Delivery).where(col(Delivery.subscriber_id) == self.id)
        return [
            (mail.kind, mail.state) for mail in self.session.exec(own.order_by(col(Delivery.id)))
        ]


@pytest.fixture
def reader(session: Session, settings: Settings) -> Reader:
    return Reader(session, settings)


def compose_everything(session: Session, settings: Settings) -> list[int]:
    """Do what the timetable does in the weeks after."""
    made: list[int] = []
    for week in range(1, 4):
        now = LATER + timedelta(weeks=week)
        made += compose_alerts(session, settings=settings, now=now)
        runs = start_digests(session, now=now)
        made += compose_digest(session, runs, settings=settings, now=now)
    return made


def test_ending_everything_ends_everything_and_says_goodbye(reader: Reader) -> None:
    goodbye = reader.unsubscribe()
    row = reader.session.get_one(Subscriber, reader.id)
    assert (row.state, row.ended_at) == (SubscriberState.ENDED, LATER)
    for part in (row, reader.follow, reader.saved):
        assert (part.ended_at, part.ended_reason) == (LATER, EndedReason.ONE_CLICK)
    assert reader.session.exec(select(DigestSchedule)).all() == []
    mail = reader.session.get_one(Delivery, goodbye)
    assert (mail.kind, mail.key) == (DeliveryKind.GOODBYE, goodbye_key(reader.id, LATER))
    assert mail.due_at == LATER


def test_ending_twice_says_goodbye_once(reader: Reader) -> None:
    assert reader.unsubscribe() is not None
    assert reader.unsubscribe() is None
    assert reader.kinds() == [(DeliveryKind.GOODBYE, DeliveryState.PENDING)]


def test_nothing_that_waited_is_sent_afterwards(
    reader: Reader, session: Session, settings: Settings
) -> None:
    notices = [
        reader.notice(),
        reader.notice(cadence=Cadence.IMMEDIATE),
        reader.notice(state=NoticeState.HELD),
    ]
    bundled = reader.notice(cadence=Cadence.IMMEDIATE)
    bundled_ids = compose_alerts(session, settings=settings, now=NOW)
    reader.unsubscribe()
    assert len(bundled_ids) == 2
    states = {(notice.state, notice.skipped_reason) for notice in (*notices, bundled)}
    assert states == {(NoticeState.SKIPPED, "unsubscribed")}
    assert bundled.delivery_id is None
    assert reader.kinds() == [
        (DeliveryKind.CHANGE_ALERT, DeliveryState.SUPPRESSED),
        (DeliveryKind.CHANGE_ALERT, DeliveryState.SUPPRESSED),
        (DeliveryKind.GOODBYE, DeliveryState.PENDING),
    ]
    assert compose_everything(session, settings) == []


def test_a_digest_run_that_was_started_before_tells_nothing_after(
    reader: Reader, session: Session, settings: Settings
) -> None:
    reader.notice()
    runs = start_digests(session, now=LATER)
    reader.unsubscribe()
    assert len(runs) == 1
    assert compose_digest(session, runs, settings=settings, now=LATER) == []


@pytest.mark.parametrize("state", [DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.FAILED])
def test_what_was_sent_or_given_up_stays_as_it_is(
    reader: Reader, session: Session, settings: Settings, state: DeliveryState
) -> None:
    notice = reader.notice(cadence=Cadence.IMMEDIATE)
    [alert] = compose_alerts(session, settings=settings, now=NOW)
    session.get_one(Delivery, alert).state = state
    session.commit()
    reader.unsubscribe()
    assert session.get_one(Delivery, alert).state is state
    assert (notice.state, notice.delivery_id) == (NoticeState.BUNDLED, alert)


def test_other_readers_are_left_alone(reader: Reader, session: Session, settings: Settings) -> None:
    other = Reader(session, settings, "other")
    notice = other.notice()
    other.notice(cadence=Cadence.IMMEDIATE)
    alert = compose_alerts(session, settings=settings, now=NOW)
    reader.unsubscribe()
    assert other.state() is SubscriberState.ACTIVE
    assert (other.follow.ended_at, other.saved.ended_at) == (None, None)
    assert notice.state is NoticeState.WAITING
    assert session.get_one(Delivery, alert[0]).state is DeliveryState.PENDING
    assert session.exec(select(col(DigestSchedule.subscriber_id))).all() == [other.id]


def test_ending_one_follow_ends_that_alone_and_sends_no_goodbye(reader: Reader) -> None:
    assert reader.unsubscribe(follow_id=reader.follow.id) is None
    assert (reader.follow.ended_at, reader.follow.ended_reason) == (LATER, EndedReason.ONE_CLICK)
    assert reader.saved.ended_at is None
    assert reader.state() is SubscriberState.ACTIVE
    assert reader.kinds() == []


def test_ending_one_saved_search_ends_that_alone(reader: Reader) -> None:
    assert reader.unsubscribe(saved_search_id=reader.saved.id) is None
    assert (reader.saved.ended_at, reader.saved.ended_reason) == (LATER, EndedReason.ONE_CLICK)
    assert reader.follow.ended_at is None
    assert reader.state() is SubscriberState.ACTIVE


def test_an_old_link_ends_what_has_come_in_the_place_of_its_follow(
    reader: Reader, session: Session
) -> None:
    old = reader.follow.id
    fresh = follow(
        session,
        subscriber_id=reader.id,
        project_id=reader.follow.project_id,
        cadence=Cadence.DAILY,
        now=NOW,
    )
    reader.unsubscribe(follow_id=old)
    assert (fresh.ended_at, fresh.ended_reason) == (LATER, EndedReason.ONE_CLICK)


@pytest.mark.parametrize("named", ["study", "search"])
def test_a_part_that_a_mail_names_ends_alone_and_what_the_reader_has_not_is_passed_over(
    reader: Reader, session: Session, settings: Settings, named: str
) -> None:
    other = Reader(session, settings, "other")
    key = session.get_one(Project, reader.follow.project_id).key
    mine = Part(study=key) if named == "study" else Part(search_id=reader.saved.search_id)
    for part in (Part(study="NOSUCH"), Part(search_id=99), mine, mine):
        unsubscribe(
            session,
            Scope(reader.id, mail_id=7),
            part=part,
            reason=EndedReason.ONE_CLICK,
            settings=settings,
            now=LATER,
        )
    ended = (LATER, None) if named == "study" else (None, LATER)
    assert (reader.follow.ended_at, reader.saved.ended_at) == ended
    assert (other.follow.ended_at, other.saved.ended_at) == (None, None)
    assert reader.state() is SubscriberState.ACTIVE
    assert reader.kinds() == []


def test_ending_one_thing_drops_what_waits_for_it_alone(reader: Reader) -> None:
    alone, shared = reader.notice(), reader.notice(searched=True)
    other = reader.notice(followed=False, searched=True)
    reader.unsubscribe(follow_id=reader.follow.id)
    assert (alone.state, alone.skipped_reason) == (NoticeState.SKIPPED, "unsubscribed")
    assert shared.state is other.state is NoticeState.WAITING
    for notice in (shared, other):
        [reason] = REASONS.validate_python(notice.reasons)
        assert isinstance(reason, SearchReason)


def test_ending_one_thing_withdraws_the_mails_that_would_tell_nothing_else(
    reader: Reader, session: Session, settings: Settings
) -> None:
    reader.notice(cadence=Cadence.IMMEDIATE)
    reader.notice(cadence=Cadence.IMMEDIATE, searched=True)
    compose_alerts(session, settings=settings, now=NOW)
    reader.unsubscribe(follow_id=reader.follow.id)
    assert reader.kinds() == [
        (DeliveryKind.CHANGE_ALERT, DeliveryState.SUPPRESSED),
        (DeliveryKind.CHANGE_ALERT, DeliveryState.PENDING),
    ]


def test_ending_one_thing_twice_or_after_everything_changes_nothing(reader: Reader) -> None:
    reader.unsubscribe()
    assert reader.unsubscribe(follow_id=reader.follow.id) is None
    assert reader.unsubscribe(saved_search_id=reader.saved.id) is None
    assert reader.follow.ended_at == LATER


def test_a_link_ends_nothing_of_another_reader(
    reader: Reader, session: Session, settings: Settings
) -> None:
    other = Reader(session, settings, "other")
    reader.unsubscribe(follow_id=other.follow.id)
    reader.unsubscribe(saved_search_id=other.saved.id)
    assert (other.follow.ended_at, other.saved.ended_at) == (None, None)


def test_a_reader_who_is_not_there_any_more_needs_no_ending(
    session: Session, settings: Settings
) -> None:
    reason = EndedReason.UNSUBSCRIBED
    assert unsubscribe(session, Scope(99), reason=reason, settings=settings, now=NOW) is None


def test_somebody_who_never_confirmed_ends_without_a_mail_and_their_link_dies(
    session: Session, settings: Settings
) -> None:
    make_project(session, "CA286969")
    wish = Wish(follow_key="CA286969")

    def send(hours: int) -> int | None:
        return subscribe(
            session,
            wish,
            address="reader@clinic.org",
            time_zone="Europe/Berlin",
            settings=settings,
            now=NOW + timedelta(hours=hours),
        )

    mail = session.get_one(Delivery, send(0))
    scope, reason = Scope(mail.subscriber_id), EndedReason.ONE_CLICK
    assert unsubscribe(session, scope, reason=reason, settings=settings, now=LATER) is None
    session.expire_all()
    assert mail.state is DeliveryState.SUPPRESSED
    [event] = session.exec(select(DeliveryEvent)).all()
    assert (event.delivery_id, event.kind) == (mail.id, DeliveryEventKind.SUPPRESSED)
    secret = open_token(settings.secret, mail.secret)
    with pytest.raises(RejectedError, match="has expired"):
        confirm(session, secret, settings=settings, now=LATER)
    assert send(2) is None  # whoever typed the address may not bomb it by ending in between
    again = session.get_one(Delivery, send(25))
    session.expire_all()
    assert session.exec(select(col(Subscriber.state))).one() is SubscriberState.PENDING
    fresh = open_token(settings.secret, again.secret)
    confirm(session, fresh, settings=settings, now=NOW + timedelta(hours=26))
    row = session.exec(select(Subscriber)).one()
    assert (row.state, row.ended_at, row.ended_reason) == (SubscriberState.ACTIVE, None, None)


def test_a_reader_who_comes_back_is_told_nothing_of_before(
    reader: Reader, session: Session, settings: Settings
) -> None:
    reader.notice()
    project = reader.follow.project_id
    reader.unsubscribe()
    row = session.get_one(Subscriber, reader.id)
    row.state = SubscriberState.ACTIVE
    session.commit()
    follow(
        session,
        subscriber_id=reader.id,
        project_id=project,
        cadence=Cadence.WEEKLY,
        now=LATER,
    )
    live = session.exec(select(Follow).where(col(Follow.ended_at).is_(None))).one()
    assert live.id != reader.follow.id
    assert compose_everything(session, settings) == []
