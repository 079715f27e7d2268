"""What readers set for a follow, a saved search and themselves, and what comes of it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from builders import make_reader
from conftest import NOW
from sources import ListedSource, record
from sqlalchemy import Engine
from sqlmodel import Session, col, select
from sweeps import run_sweep

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.errors import RejectedError
from tidings.flows.change_follow import change_follow
from tidings.flows.change_search import change_search
from tidings.flows.follow import follow
from tidings.flows.match_changes import match_changes
from tidings.flows.save_search import save_search
from tidings.flows.unsubscribe import unsubscribe
from tidings.notices.models import Notice, NoticeState
from tidings.notices.preferences import FOREVER
from tidings.notices.reasons import REASONS
from tidings.projects.models import Change, ChangeKind
from tidings.projects.queries import project_by_key
from tidings.searches.models import Match, SavedSearch
from tidings.subscribers.models import (
    Cadence,
    DigestSchedule,
    EndedReason,
    Follow,
)
from tidings.subscribers.tokens import Scope

WEEK = timedelta(weeks=1)
CUT = {"project_end_date": "2026-11-20"}


class World:
    """A source that is swept week by week, and one reader."""

    def __init__(self, engine: Engine, session: Session) -> None:
        self.engine, self.session = engine, session
        self.source = ListedSource([record(1), record(2, project_title="A vaccine trial")])
        self.weeks = 0
        run_sweep(engine, self.source, now=NOW)
        project = project_by_key(session, "CA000001")
        assert project is not None
        self.project = stored_id(project.id)
        self.reader = stored_id(make_reader(session).id)
        self.both = {"subscriber_id": self.reader, "project_id": self.project}

    @property
    def now(self) -> datetime:
        return NOW + self.weeks * WEEK

    def follow(self, cadence: Cadence = Cadence.WEEKLY) -> Follow:
        return follow(self.session, **self.both, cadence=cadence, now=self.now)

    def save(self, text: str, cadence: Cadence = Cadence.DAILY) -> int:
        row = save_search(
            self.session,
            subscriber_id=self.reader,
            name=text,
            text=text,
            cadence=cadence,
            now=self.now,
        )
        return stored_id(row.id)

    def ask(self, **asked: Any) -> Follow:
        return change_follow(self.session, **self.both, now=self.now, **asked)

    def ask_search(self, saved: int, **asked: Any) -> SavedSearch:
        return change_search(
            self.session, subscriber_id=self.reader, saved_search_id=saved, now=self.now, **asked
        )

    def pass_week(self, **fields: Any) -> None:
        """Let the first study change, sweep that a week later, and match it."""
        self.session.rollback()
        self.source.records[0].update(fields)
        self.weeks += 1
        run_sweep(self.engine, self.source, now=self.now)
        with open_session(self.engine) as session:
            match_changes(session, now=self.now)

    def notices(self) -> list[Notice]:
        self.session.rollback()
        self.session.expire_all()
        return list(self.session.exec(select(Notice).order_by(col(Notice.id))))

    def kinds(self) -> list[tuple[Cadence, set[ChangeKind]]]:
        """Return what each notice tells, and how soon."""
        told: list[tuple[Cadence, set[ChangeKind]]] = []
        for notice in self.notices():
            ids = {one for why in REASONS.validate_python(notice.reasons) for one in why.change_ids}
            kinds = self.session.exec(select(col(Change.kind)).where(col(Change.id).in_(ids)))
            told.append((notice.cadence, set(kinds)))
        return told


@pytest.fixture
def world(engine: Engine, session: Session) -> World:
    return World(engine, session)


def test_a_follow_tells_each_kind_as_soon_as_it_asks(world: World) -> None:
    world.follow()
    world.ask(cadence_by_kind={"end_cut": "immediate", "title_changed": "paused"})
    world.pass_week(project_title="Cells, again")
    world.pass_week(award_amount=390_000)
    world.pass_week(**CUT, project_title="Cells")
    assert world.kinds() == [
        (Cadence.WEEKLY, {ChangeKind.AMOUNT_CHANGED}),
        (Cadence.IMMEDIATE, {ChangeKind.END_CUT}),
    ]


def test_a_follow_tells_no_sum_below_its_threshold_and_every_cut(world: World) -> None:
    world.follow()
    world.ask(threshold={"percent": 50, "dollars": 10**6, "days": 3660})
    world.pass_week(award_amount=390_000)
    world.pass_week(**CUT)
    assert world.kinds() == [(Cadence.WEEKLY, {ChangeKind.END_CUT})]


def test_new_finds_of_a_search_are_its_kind_new_project(world: World) -> None:
    saved = world.save("cells")
    world.ask_search(saved, cadence_by_kind={"new_project": "monthly"})
    world.source.records.append(record(3, project_title="Cells that remember"))
    world.pass_week()
    assert world.kinds() == [(Cadence.MONTHLY, {ChangeKind.NEW_PROJECT})]
    schedules = world.session.exec(select(col(DigestSchedule.cadence))).all()
    assert set(schedules) == {Cadence.DAILY, Cadence.MONTHLY}


def test_a_search_for_changes_tells_kinds_that_are_not_paused(world: World) -> None:
    saved = world.save("change:(end_cut OR title_changed)", Cadence.PAUSED)
    world.ask_search(saved, cadence_by_kind={"end_cut": "immediate"})
    world.pass_week(project_title="Cells, again")
    world.pass_week(**CUT)
    assert world.kinds() == [(Cadence.IMMEDIATE, {ChangeKind.END_CUT})]


def test_what_a_search_finds_for_nobody_while_all_is_paused_is_not_noted(world: World) -> None:
    world.save("cells", Cadence.PAUSED)
    world.source.records.append(record(3, project_title="Cells that remember"))
    world.pass_week()
    assert world.notices() == []
    found = select(Match).where(col(Match.sweep_id).is_not(None))
    assert world.session.exec(found).all() == []


ASKED_SINCE: list[dict[str, Any]] = [
    {"muted_until": FOREVER},
    {"cadence_by_kind": {"reversed": "paused"}},
    {"cadence": Cadence.PAUSED},
    {"cadence": Cadence.MONTHLY},
    {},
]


def told_of_a_cut(world: World) -> None:
    """Cut the study, and have the notice of it in a mail."""
    world.pass_week(**CUT)
    world.session.rollback()
    (notice,) = world.notices()
    notice.state = NoticeState.TOLD
    world.session.commit()


@pytest.mark.parametrize("asked", ASKED_SINCE)
def test_a_follower_who_was_told_bad_news_hears_that_it_was_taken_back(
    world: World, asked: dict[str, Any]
) -> None:
    world.follow()
    told_of_a_cut(world)
    world.ask(**asked)
    world.pass_week(project_end_date="2030-11-30")
    assert world.kinds()[1] == (Cadence.WEEKLY, {ChangeKind.REVERSED})
    world.ask(muted_until=FOREVER)  # and no mute takes away what waits
    assert [one.state for one in world.notices()][1] is NoticeState.WAITING


@pytest.mark.parametrize("asked", ASKED_SINCE)
def test_a_saver_who_was_told_bad_news_hears_that_it_was_taken_back(
    world: World, asked: dict[str, Any]
) -> None:
    saved = world.save("change:end_cut")
    told_of_a_cut(world)
    world.ask_search(saved, **asked)
    world.pass_week(project_end_date="2030-11-30")
    assert world.kinds()[1] == (Cadence.DAILY, {ChangeKind.REVERSED})


def test_whoever_has_stopped_hears_nothing_more(world: World, settings: Settings) -> None:
    row = world.follow()
    told_of_a_cut(world)
    unsubscribe(
        world.session,
        Scope(world.reader, follow_id=row.id),
        reason=EndedReason.UNSUBSCRIBED,
        settings=settings,
        now=world.now,
    )
    world.pass_week(project_end_date="2030-11-30")
    assert len(world.notices()) == 1


def test_a_mute_keeps_news_from_a_follower_until_it_ends(world: World) -> None:
    world.follow()
    world.ask(muted_until=NOW + 2 * WEEK)
    world.pass_week(project_title="Cells, again")
    assert world.notices() == []
    world.ask(muted_until=world.now)
    world.pass_week(project_title="Cells")
    assert world.kinds() == [(Cadence.WEEKLY, {ChangeKind.TITLE_CHANGED})]


def test_other_wishes_start_the_next_follow_and_a_note_or_a_mute_do_not(world: World) -> None:
    first = world.follow()
    noted = world.ask(note="  mother's grant ", muted_until=NOW + WEEK)
    assert (noted.id, noted.note, noted.muted_until) == (first.id, "mother's grant", NOW + WEEK)
    second = world.ask(threshold={"days": 30}, cadence_by_kind={"end_cut": "daily"})
    assert second.id != first.id
    assert (second.note, second.muted_until, second.cadence) == (
        noted.note,
        noted.muted_until,
        Cadence.WEEKLY,
    )
    third = world.ask(cadence=Cadence.MONTHLY)
    assert (third.threshold, third.cadence_by_kind) == ({"days": 30}, {"end_cut": "daily"})
    assert world.ask(cadence=Cadence.MONTHLY, threshold={"days": 30}).id == third.id
    cleared = world.ask(threshold={}, cadence_by_kind={}, note="")
    assert (cleared.threshold, cleared.cadence_by_kind, cleared.note) == ({}, {}, "")
    schedules = world.session.exec(select(col(DigestSchedule.cadence))).all()
    assert set(schedules) == {Cadence.DAILY, Cadence.WEEKLY, Cadence.MONTHLY}


@pytest.mark.parametrize(
    ("asked", "state", "cadence", "skipped"),
    [
        ({"cadence_by_kind": {"end_cut": "immediate"}}, "waiting", Cadence.IMMEDIATE, ""),
        ({"cadence_by_kind": {"end_cut": "paused"}}, "skipped", Cadence.WEEKLY, "paused"),
        ({"muted_until": FOREVER}, "skipped", Cadence.WEEKLY, "muted"),
        ({"cadence": Cadence.DAILY}, "waiting", Cadence.DAILY, ""),
        ({"threshold": {"days": 3660}}, "waiting", Cadence.WEEKLY, ""),
    ],
)
@pytest.mark.parametrize("wish", ["follow", "search"])
def test_what_waits_goes_along_with_what_is_asked_now(
    world: World, wish: str, asked: dict[str, Any], state: str, cadence: Cadence, skipped: str
) -> None:
    if wish == "follow":
        world.follow()
        world.pass_week(**CUT)
        world.ask(**asked)
    else:
        saved = world.save("change:end_cut", Cadence.WEEKLY)
        world.pass_week(**CUT)
        world.ask_search(saved, **asked)
    (notice,) = world.notices()
    assert (notice.state, notice.cadence, notice.skipped_reason) == (state, cadence, skipped)


def test_what_another_wish_asks_for_too_is_told_no_later_than_before(world: World) -> None:
    world.follow(Cadence.WEEKLY)
    saved = world.save("change:end_cut", Cadence.MONTHLY)
    world.pass_week(**CUT)
    world.ask(muted_until=FOREVER)
    world.ask_search(saved, cadence=Cadence.DAILY)
    (notice,) = world.notices()
    assert (notice.state, notice.cadence) == (NoticeState.WAITING, Cadence.DAILY)


def test_a_search_that_is_asked_for_more_tells_nothing_of_before(world: World) -> None:
    saved = world.save("cells", Cadence.PAUSED)
    row = world.ask_search(saved, cadence=Cadence.DAILY, name=" Cells of all kinds ")
    assert (row.id, row.muted_until, row.name) == (saved, NOW, "Cells of all kinds")
    assert world.ask_search(saved, cadence=Cadence.WEEKLY).muted_until == NOW
    world.weeks = 1
    assert world.ask_search(saved, cadence=Cadence.DAILY).muted_until == NOW
    assert world.ask_search(saved, threshold={"days": 3}).muted_until == NOW + WEEK
    assert world.ask_search(saved, muted_until=FOREVER).muted_until == FOREVER
    assert world.ask_search(saved, threshold={"days": 4}).muted_until == FOREVER


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"note": "x" * 501}, "at most 500 characters"),
        ({"threshold": {"dollars": -1}}, "not below zero"),
        ({"cadence_by_kind": {"nothing": "daily"}}, "no such kind"),
    ],
)
def test_nonsense_changes_no_follow(world: World, asked: dict[str, Any], words: str) -> None:
    row = world.follow()
    with pytest.raises(RejectedError, match=words):
        world.ask(**asked)
    world.session.rollback()
    assert [one.id for one in world.session.exec(select(Follow))] == [row.id]


def test_only_ones_own_is_changed(world: World) -> None:
    saved = world.save("cells")
    other = stored_id(make_reader(world.session, "other").id)
    with pytest.raises(RejectedError, match="do not follow"):
        change_follow(
            world.session, subscriber_id=other, project_id=world.project, note="x", now=NOW
        )
    with pytest.raises(RejectedError, match="no such search"):
        change_search(world.session, subscriber_id=other, saved_search_id=saved, name="x", now=NOW)
    for name in ("", " ", "x" * 81):
        with pytest.raises(RejectedError, match="at most 80 characters"):
            world.ask_search(saved, name=name)


def test_bad_news_that_still_waits_is_told_together_with_its_end(world: World) -> None:
    world.save("change:end_cut", Cadence.MONTHLY)
    world.pass_week(**CUT)
    world.pass_week(project_end_date="2030-11-30")
    assert world.kinds() == [
        (Cadence.MONTHLY, {ChangeKind.END_CUT}),
        (Cadence.MONTHLY, {ChangeKind.REVERSED}),
    ]
