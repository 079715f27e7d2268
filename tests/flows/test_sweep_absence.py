"""A record that is not there is asked for, waited for, and only then called missing."""

from datetime import datetime, timedelta

from conftest import NOW
from sources import ListedSource, record
from sqlalchemy import Engine
from sqlmodel import Session, col, select
from sweeps import run_sweep

from tidings.errors import RetryableError
from tidings.projects.models import Award, Change, ChangeKind, Snapshot, SweepState
from tidings.reporter.criteria import Criteria

WEEK = timedelta(days=7)
MANY = [record(number) for number in range(1, 61)]


def award(session: Session, appl_id: int = 1) -> Award:
    found = session.get_one(Award, appl_id, populate_existing=True)
    session.commit()
    return found


def told(session: Session) -> list[tuple[str, ChangeKind, datetime]]:
    rows = session.exec(select(Change).order_by(col(Change.id))).all()
    return [(row.field, row.kind, row.seen_at) for row in rows]


def sweep_weeks(engine: Engine, source: ListedSource, first: int, last: int) -> None:
    for week in range(first, last + 1):
        run_sweep(engine, source, now=NOW + week * WEEK)


def test_an_absence_is_counted_and_told_to_nobody(engine: Engine, session: Session) -> None:
    source = ListedSource(MANY)
    sweep_weeks(engine, source, 0, 0)
    source.records = MANY[1:]
    sweep_weeks(engine, source, 1, 3)

    assert (award(session).absent_since, award(session).absent_sweeps) == (NOW + WEEK, 3)
    assert award(session, 2).absent_since is None
    assert told(session) == []


def test_a_record_that_returns_within_four_weeks_is_told_for_what_differs_only(
    engine: Engine, session: Session
) -> None:
    source = ListedSource(MANY)
    sweep_weeks(engine, source, 0, 0)
    source.records = MANY[1:]
    sweep_weeks(engine, source, 1, 3)
    source.records = [record(1, project_end_date="2030-12-31"), *MANY[1:]]
    sweep_weeks(engine, source, 4, 4)

    assert told(session) == [("project_end_date", ChangeKind.EXTENDED, NOW + 4 * WEEK)]
    assert (award(session).absent_since, award(session).absent_sweeps) == (None, 0)


def test_after_four_weeks_and_a_question_by_number_a_record_is_missing_once(
    engine: Engine, session: Session
) -> None:
    source = ListedSource(MANY)
    sweep_weeks(engine, source, 0, 0)
    source.records = MANY[1:]
    sweep_weeks(engine, source, 1, 8)

    assert told(session) == [("award", ChangeKind.MISSING, NOW + 5 * WEEK)]
    assert award(session).missing_since == NOW + 5 * WEEK
    asked = [criteria for criteria, _ in source.asked if criteria.appl_ids]
    assert asked == [Criteria(appl_ids=(1,))] * 4


def test_what_went_missing_and_comes_back_has_returned_and_may_go_again(
    engine: Engine, session: Session
) -> None:
    source = ListedSource(MANY)
    sweep_weeks(engine, source, 0, 0)
    source.records = MANY[1:]
    sweep_weeks(engine, source, 1, 5)
    source.records = MANY
    sweep_weeks(engine, source, 6, 7)
    source.records = MANY[1:]
    sweep_weeks(engine, source, 8, 12)

    assert [kind for _, kind, _ in told(session)] == [
        ChangeKind.MISSING,
        ChangeKind.RETURNED,
        ChangeKind.MISSING,
    ]
    versions = session.exec(select(Snapshot).where(Snapshot.appl_id == 1)).all()
    assert [row.version for row in versions] == [1, 2]
    assert versions[0].content_hash == versions[1].content_hash


def test_what_only_left_the_scope_is_found_by_number_and_brought_up_to_date(
    engine: Engine, session: Session
) -> None:
    source = ListedSource(MANY)
    sweep_weeks(engine, source, 0, 0)
    source.records, source.by_number = MANY[1:], [record(1, is_active=False)]
    sweep_weeks(engine, source, 1, 2)

    assert told(session) == [("is_active", ChangeKind.WENT_INACTIVE, NOW + 2 * WEEK)]
    assert award(session).absent_since is None


def test_a_question_without_an_answer_proves_nothing(engine: Engine, session: Session) -> None:
    source = ListedSource(MANY)
    sweep_weeks(engine, source, 0, 0)
    source.fails_by_number = RetryableError("no answer")
    source.records = MANY[1:]
    sweep_weeks(engine, source, 1, 8)

    assert told(session) == []
    assert award(session).absent_sweeps == 8


def test_a_held_sweep_counts_no_absence(engine: Engine, session: Session) -> None:
    source = ListedSource(MANY)
    sweep_weeks(engine, source, 0, 0)
    source.records, source.says_total = MANY[1:], 60
    done = run_sweep(engine, source, now=NOW + WEEK)

    assert done.state is SweepState.HELD
    assert award(session).absent_sweeps == 0


def test_while_a_record_came_whose_number_cannot_be_read_nothing_counts_as_absent(
    engine: Engine, session: Session
) -> None:
    source = ListedSource(MANY)
    sweep_weeks(engine, source, 0, 0)
    source.records = [record(1) | {"appl_id": None}, *MANY[1:]]
    sweep_weeks(engine, source, 1, 6)
    assert (award(session).absent_since, award(session).absent_sweeps) == (None, 0)

    source.records = MANY[1:]
    sweep_weeks(engine, source, 7, 7)
    assert (award(session).absent_since, told(session)) == (NOW + 7 * WEEK, [])
