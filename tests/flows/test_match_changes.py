"""Who is to be told of what changed: followers, savers of searches, and whoever had bad news."""

from datetime import timedelta
from typing import Any

import pytest
from builders import make_reader
from conftest import NOW
from sources import ListedSource, record
from sqlalchemy import Engine
from sqlmodel import Session, col, select, update
from sweeps import run_sweep

from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.flows.follow import follow
from tidings.flows.match_changes import match_changes
from tidings.flows.save_search import save_search
from tidings.notices.models import Notice, NoticeState
from tidings.notices.reasons import REASONS, FollowReason, Reason, SearchReason
from tidings.projects.models import Change, ChangeKind, Severity, Sweep, SweepState
from tidings.projects.queries import project_by_key
from tidings.searches.models import Match, SavedSearch
from tidings.subscribers.models import Cadence, Follow, SubscriberState

WEEK = timedelta(weeks=1)


@pytest.fixture
def source() -> ListedSource:
    return ListedSource([record(1), record(2, project_title="A vaccine trial")])


@pytest.fixture
def swept(engine: Engine, source: ListedSource) -> ListedSource:
    """Give a source that was read once."""
    run_sweep(engine, source, now=NOW)
    return source


def move(source: ListedSource, appl_id: int = 1, **fields: Any) -> None:
    row = next(row for row in source.records if row["appl_id"] == appl_id)
    row.update(fields)


def read_again(engine: Engine, source: ListedSource, *, weeks: int = 1) -> None:
    run_sweep(engine, source, now=NOW + weeks * WEEK)
    with open_session(engine) as session:
        match_changes(session, now=NOW + weeks * WEEK)


def follower(session: Session, name: str = "follower", **values: Any) -> Follow:
    project = project_by_key(session, "CA000001")
    assert project is not None
    return follow(
        session,
        subscriber_id=stored_id(make_reader(session, name).id),
        project_id=stored_id(project.id),
        cadence=values.get("cadence", Cadence.WEEKLY),
        now=NOW,
    )


def saver(
    session: Session, text: str, name: str = "saver", cadence: Cadence = Cadence.DAILY
) -> SavedSearch:
    reader = stored_id(make_reader(session, name).id)
    return save_search(
        session, subscriber_id=reader, name=text, text=text, cadence=cadence, now=NOW
    )


def notices(session: Session) -> list[Notice]:
    session.rollback()
    session.expire_all()
    return list(session.exec(select(Notice).order_by(col(Notice.id))))


def reasons(session: Session) -> list[tuple[Reason, ...]]:
    return [REASONS.validate_python(notice.reasons) for notice in notices(session)]


def test_a_follower_has_one_notice_of_all_that_changed_as_grave_as_the_worst(
    engine: Engine, session: Session, swept: ListedSource
) -> None:
    row = follower(session)
    move(swept, project_end_date="2026-11-20", award_amount=390_000, cfda_code="311")
    read_again(engine, swept)
    (notice,), ((reason,),) = notices(session), reasons(session)
    assert isinstance(reason, FollowReason)
    assert reason.follow_id == row.id
    told = session.exec(select(Change.field).where(col(Change.id).in_(reason.change_ids))).all()
    assert set(told) == {"project_end_date", "award_amount"}
    assert notice.severity is Severity.CRITICAL
    assert (notice.cadence, notice.state) == (Cadence.WEEKLY, NoticeState.WAITING)


def test_what_is_cosmetic_is_told_to_nobody(
    engine: Engine, session: Session, swept: ListedSource
) -> None:
    follower(session)
    move(swept, cfda_code="311")
    read_again(engine, swept)
    assert notices(session) == []
    assert session.exec(select(Change).where(col(Change.processed_at).is_(None))).all() == []


def test_a_new_study_is_told_once_to_whoever_searches_for_it(
    engine: Engine, session: Session, swept: ListedSource
) -> None:
    saved = saver(session, "cells")
    swept.records.append(record(3, project_title="Cells that remember"))
    read_again(engine, swept)
    move(swept, 3, project_end_date="2033-01-31")
    read_again(engine, swept, weeks=2)
    ((reason,),) = reasons(session)
    assert isinstance(reason, SearchReason)
    assert (reason.saved_search_id, reason.appl_id) == (saved.id, 3)
    assert reason.clauses[0].excerpt == "Cells that remember"


def test_what_was_there_when_a_search_was_saved_is_no_news(
    engine: Engine, session: Session, swept: ListedSource
) -> None:
    saver(session, "cells")
    move(swept, project_end_date="2033-01-31", cfda_code="311")
    read_again(engine, swept)
    assert notices(session) == []


def test_a_search_saved_before_the_first_sweep_is_not_told_of_all_that_it_reads(
    engine: Engine, session: Session, source: ListedSource
) -> None:
    saver(session, "cells")
    run_sweep(engine, source, now=NOW)
    move(source, cfda_code="311")
    read_again(engine, source)
    assert notices(session) == []


def test_a_text_that_arrives_late_is_found_when_it_arrives(
    engine: Engine, session: Session, source: ListedSource
) -> None:
    move(source, abstract_text=None)
    run_sweep(engine, source, now=NOW)
    saver(session, "osteoblasts")
    move(source, abstract_text="Osteoblasts are studied.")
    read_again(engine, source)
    ((reason,),) = reasons(session)
    assert isinstance(reason, SearchReason)
    assert reason.clauses[0].field == "abstract_text"


def test_a_cosmetic_change_may_bring_a_study_into_a_search(
    engine: Engine, session: Session, swept: ListedSource
) -> None:
    saver(session, "terms:zebrafish")
    move(swept, terms="<zebrafish>")
    read_again(engine, swept)
    assert len(notices(session)) == 1


def test_a_search_for_changes_tells_each_time_and_keeps_no_match(
    engine: Engine, session: Session, swept: ListedSource
) -> None:
    saver(session, "change:extended cells")
    for weeks, day in ((1, "2030-06-30"), (2, "2030-12-31")):
        move(swept, project_end_date=day)
        read_again(engine, swept, weeks=weeks)
    assert len(notices(session)) == 2
    assert session.exec(select(Match)).all() == []


def test_a_follow_and_a_search_of_one_reader_are_one_notice_at_the_sooner_cadence(
    engine: Engine, session: Session, swept: ListedSource
) -> None:
    row = follower(session)
    save_search(
        session,
        subscriber_id=row.subscriber_id,
        name="extended",
        text="change:extended",
        cadence=Cadence.IMMEDIATE,
        now=NOW,
    )
    move(swept, project_end_date="2030-06-30")
    read_again(engine, swept)
    (notice,), (both,) = notices(session), reasons(session)
    assert [type(reason) for reason in both] == [FollowReason, SearchReason]
    assert notice.cadence is Cadence.IMMEDIATE


def test_whoever_was_told_of_a_cut_by_a_search_is_told_of_its_end(
    engine: Engine, session: Session, swept: ListedSource
) -> None:
    saver(session, "change:end_cut")
    move(swept, project_end_date="2026-11-20")
    read_again(engine, swept)
    session.exec(update(Notice).values(state=NoticeState.TOLD))
    session.commit()
    move(swept, project_end_date="2029-12-31")
    read_again(engine, swept, weeks=2)
    told = [
        session.get_one(Change, one).kind
        for told in reasons(session)
        for reason in told
        for one in reason.change_ids
    ]
    assert told == [ChangeKind.END_CUT, ChangeKind.REVERSED]


@pytest.mark.parametrize("what", ["muted", "paused", "ended", "pending"])
def test_nobody_is_told_who_does_not_want_it(
    what: str, engine: Engine, session: Session, swept: ListedSource
) -> None:
    row = follower(session)
    reader = session.get_one(type(make_reader(session, "other")), row.subscriber_id)
    match what:
        case "muted":
            row.muted_until = NOW + 2 * WEEK
        case "paused":
            row.cadence = Cadence.PAUSED
        case "ended":
            row.ended_at = NOW
        case _:
            reader.state = SubscriberState.PENDING
    session.commit()
    move(swept, project_end_date="2030-06-30")
    read_again(engine, swept)
    assert notices(session) == []


def test_what_is_held_or_still_being_read_waits(
    engine: Engine, session: Session, swept: ListedSource
) -> None:
    follower(session)
    move(swept, project_end_date="2030-06-30")
    run_sweep(engine, swept, now=NOW + WEEK)
    session.exec(update(Sweep).values(state=SweepState.RUNNING))
    session.commit()
    assert match_changes(session, now=NOW + WEEK).notices == 0
    session.exec(update(Sweep).values(state=SweepState.COMPLETE))
    session.exec(update(Change).values(held_at=NOW))
    session.commit()
    assert match_changes(session, now=NOW + WEEK).notices == 0
    session.exec(update(Change).values(held_at=None))
    session.commit()
    assert match_changes(session, now=NOW + WEEK).notices == 1
    assert match_changes(session, now=NOW + WEEK).notices == 0
