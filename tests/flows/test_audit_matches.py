"""The match audit: whatever a search finds has its match, and whatever is news was told in time."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from audited import (
    DAY,
    LATER,
    bring_news,
    change,
    follower,
    look,
    read_once,
    saver,
    sweep,
)
from builders import make_reader
from conftest import NOW
from sources import ListedSource
from sqlalchemy import Engine
from sqlmodel import Session, col, delete, select, update

from tidings.audits.models import Audit, AuditKind
from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.flows.audit_store import Extent
from tidings.flows.follow import follow
from tidings.flows.save_search import save_search
from tidings.flows.unsubscribe import unsubscribe
from tidings.notices.models import Notice
from tidings.projects.models import Change, Project, Purpose, Sweep, SweepState
from tidings.projects.queries import project_by_key
from tidings.searches.models import Match, SavedSearch
from tidings.subscribers.models import Cadence, EndedReason, Follow, Subscriber, SubscriberState
from tidings.subscribers.tokens import Scope


@pytest.fixture
def source(engine: Engine) -> ListedSource:
    """Give a source that was read once."""
    return read_once(engine)


def test_where_all_was_told_or_waits_in_time_all_agrees(
    engine: Engine, session: Session, source: ListedSource
) -> None:
    saver(session)
    follower(session)
    bring_news(engine, source)
    audit = look(engine)
    assert (audit.kind, audit.findings) == (AuditKind.MATCHES, [])
    # two studies found, one of them news; one change of what is followed
    assert (audit.examined, audit.agreed) == (4, 4)
    assert audit.note == "3 stored awards searched"


def test_before_the_first_sweep_nobody_is_to_be_told(engine: Engine) -> None:
    audit = look(engine)
    assert (audit.examined, audit.agreed) == (0, 0)
    assert audit.note.startswith("no sweep was complete yet")


def test_a_deleted_notice_is_found(engine: Engine, session: Session, source: ListedSource) -> None:
    saved, row = saver(session), follower(session)
    bring_news(engine, source)
    change(engine, delete(Notice))
    audit = look(engine)
    assert (audit.examined, audit.agreed) == (4, 2)
    change_id = session.exec(select(Change.id).where(Change.appl_id == 1)).one()
    assert audit.findings == [
        {
            "search_id": saved.search_id,
            "reader_id": saved.subscriber_id,
            "project": "CA000003",
            "sweep_id": 2,
            "missing": "there is no notice of it",
        },
        {
            "change_id": change_id,
            "reader_id": row.subscriber_id,
            "project": "CA000001",
            "sweep_id": 2,
            "missing": "there is no notice of it",
        },
    ]


def test_a_find_without_a_match_is_found(
    engine: Engine, session: Session, source: ListedSource
) -> None:
    saved = saver(session)
    bring_news(engine, source)
    change(engine, delete(Match).where(col(Match.appl_id) == 1))
    audit = look(engine)
    assert audit.findings == [
        {
            "search_id": saved.search_id,
            "project": "CA000001",
            "missing": "the search finds it and has no match of it",
        }
    ]


def test_a_notice_that_does_not_name_its_reason_is_found(
    engine: Engine, session: Session, source: ListedSource
) -> None:
    saver(session)
    follower(session)
    bring_news(engine, source)
    change(engine, update(Notice).values(reasons=[]))
    assert [finding["missing"] for finding in look(engine).findings] == [
        "its notice does not name the search",
        "its notice does not name the change",
    ]


def test_a_search_for_changes_is_run_again_as_well(
    engine: Engine, session: Session, source: ListedSource
) -> None:
    saved = saver(session, "change:end_cut cells")
    bring_news(engine, source)
    assert look(engine).agreed == look(engine).examined == 1
    change(engine, delete(Notice))
    (finding,) = look(engine).findings
    assert (finding["search_id"], finding["project"]) == (saved.search_id, "CA000001")


def end_reader(engine: Engine) -> None:
    change(engine, update(Subscriber).values(state=SubscriberState.ENDED))


def pend_reader(engine: Engine) -> None:
    change(engine, update(Subscriber).values(state=SubscriberState.PENDING))


def both(**values: Any) -> Callable[[Engine], None]:
    def act(engine: Engine) -> None:
        for table in (SavedSearch, Follow):
            change(engine, update(table).values(**values))

    return act


@pytest.mark.parametrize(
    ("act", "word"),
    [
        (both(cadence=Cadence.PAUSED), "paused"),
        (both(muted_until=LATER + DAY), "muted"),
        (end_reader, "without consent"),
        (pend_reader, "without consent"),
    ],
    ids=["paused", "muted", "ended", "pending"],
)
def test_what_a_reader_did_not_want_is_explained(
    act: Callable[[Engine], None],
    word: str,
    engine: Engine,
    session: Session,
    source: ListedSource,
) -> None:
    saver(session)
    saver(session, "change:end_cut")
    follower(session)
    act(engine)
    bring_news(engine, source)
    assert session.exec(select(Notice)).all() == []
    session.rollback()
    audit = look(engine)
    assert (audit.findings, audit.agreed) == ([], audit.examined)
    assert word in audit.note


def test_what_was_muted_then_and_is_not_now_is_explained(
    engine: Engine, session: Session, source: ListedSource
) -> None:
    saver(session)
    follower(session)
    both(muted_until=LATER + DAY)(engine)
    bring_news(engine, source)
    assert look(engine, after=5 * DAY).findings == []


def test_muting_now_does_not_explain_what_was_not_told_before(
    engine: Engine, session: Session, source: ListedSource
) -> None:
    saver(session)
    change(engine, delete(Match))
    both(muted_until=LATER - DAY)(engine)
    bring_news(engine, source)
    change(engine, delete(Notice))
    missing = {(row["project"], row["missing"]) for row in look(engine).findings}
    assert ("CA000003", "there is no notice of it") in missing


def test_what_ended_since_is_not_expected(
    engine: Engine, session: Session, source: ListedSource, settings: Settings
) -> None:
    saved, row = saver(session), follower(session)
    bring_news(engine, source)
    for scope in (
        Scope(saved.subscriber_id, saved_search_id=saved.id),
        Scope(row.subscriber_id, follow_id=row.id),
    ):
        unsubscribe(session, scope, reason=EndedReason.UNSUBSCRIBED, settings=settings, now=LATER)
    audit = look(engine)
    assert (audit.findings, audit.examined) == ([], 0)


def test_what_was_saved_or_followed_later_is_not_expected(
    engine: Engine, session: Session, source: ListedSource
) -> None:
    saver(session)  # so that the find is news for somebody
    bring_news(engine, source)
    late = stored_id(make_reader(session, "late").id)
    project = project_by_key(session, "CA000001")
    assert project is not None
    save_search(
        session,
        subscriber_id=late,
        name="late",
        text="cells",
        cadence=Cadence.DAILY,
        now=LATER + DAY,
    )
    follow(
        session,
        subscriber_id=late,
        project_id=stored_id(project.id),
        cadence=Cadence.DAILY,
        now=LATER + DAY,
    )
    audit = look(engine)
    assert (audit.findings, audit.examined) == ([], 3)


def test_what_is_cosmetic_is_told_to_nobody(
    engine: Engine, session: Session, source: ListedSource
) -> None:
    follower(session)
    saver(session, "change:extended")
    source.records[0]["cfda_code"] = "311"
    sweep(engine, source)
    audit = look(engine)
    assert (audit.findings, audit.examined) == ([], 0)


@pytest.mark.usefixtures("source")
def test_what_was_there_when_a_search_was_saved_needs_no_notice(
    engine: Engine, session: Session
) -> None:
    saver(session)
    audit = look(engine)
    assert (audit.findings, audit.examined, audit.agreed) == ([], 1, 1)


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"held_at": LATER, "processed_at": None}, "held by the storm breaker"),
        ({"processed_at": None}, "to be matched"),
    ],
    ids=["held", "waiting"],
)
def test_what_is_held_or_waits_to_be_matched_is_explained(
    values: dict[str, Any], word: str, engine: Engine, session: Session, source: ListedSource
) -> None:
    saver(session)
    follower(session)
    bring_news(engine, source)
    change(engine, delete(Notice))
    change(engine, delete(Match).where(col(Match.appl_id) == 3))
    change(engine, update(Change).values(**values))
    audit = look(engine)
    assert audit.findings == []
    assert word in audit.note


@pytest.mark.usefixtures("source")
def test_what_a_first_sweep_is_reading_is_explained(engine: Engine, session: Session) -> None:
    saver(session)
    change(engine, delete(Match))
    change(engine, update(Sweep).values(state=SweepState.RUNNING))
    with open_session(engine) as own:
        own.add(Sweep(purpose=Purpose.WEEKLY, state=SweepState.COMPLETE, started_at=NOW))
        own.commit()
    audit = look(engine)
    assert (audit.findings, audit.note.rpartition(": ")[2]) == ([], "1 being read")


def test_what_was_told_before_a_change_of_cadence_is_still_looked_for(
    engine: Engine, session: Session, source: ListedSource
) -> None:
    row = follower(session)
    bring_news(engine, source)
    follow(
        session,
        subscriber_id=row.subscriber_id,
        project_id=row.project_id,
        cadence=Cadence.DAILY,
        now=LATER + timedelta(seconds=1),
    )
    audit = look(engine)
    assert (audit.findings, audit.examined) == ([], 1)
    change(engine, delete(Notice))
    assert len(look(engine).findings) == 1


def test_a_part_of_the_store_is_enough_for_a_day(
    engine: Engine, session: Session, source: ListedSource
) -> None:
    saver(session)
    bring_news(engine, source)
    change(engine, delete(Match))
    seen: set[str] = set()
    for seed in range(12):
        extent = Extent(awards=1, chance=random.Random(seed))  # noqa: S311 - the same each time
        audit = look(engine, extent=extent)
        assert audit.note == "1 of 3 stored awards searched"
        seen |= {finding["project"] for finding in audit.findings}
    assert seen == {"CA000001", "CA000003"}
    assert look(engine, extent=Extent(seconds=60.0)).note == "3 stored awards searched"


def test_it_changes_no_row_but_its_own(
    engine: Engine, session: Session, source: ListedSource
) -> None:
    saver(session)
    bring_news(engine, source)
    steps: list[tuple[int, int]] = []
    before = [
        row.model_dump() for table in (Project, Notice, Match) for row in all_of(session, table)
    ]

    def note(done: int, of: int) -> None:
        steps.append((done, of))

    look(engine, on_step=note)
    after = [
        row.model_dump() for table in (Project, Notice, Match) for row in all_of(session, table)
    ]
    assert before == after
    assert steps[-1] == (3, 3)
    assert len(all_of(session, Audit)) == 1


def all_of(session: Session, table: Any) -> list[Any]:
    session.rollback()
    rows = list(session.exec(select(table)))
    session.rollback()
    return rows
