"""What changes alike nearly everywhere is held until an operator lets it go."""

from datetime import timedelta

import pytest
from conftest import NOW
from sources import ListedSource, record
from sqlalchemy import Engine
from sqlmodel import Session, col, select
from sweeps import run_sweep

from tidings.errors import RejectedError
from tidings.flows.finish_sweep import FinishedSweep
from tidings.flows.release_sweep import release_sweep
from tidings.projects.models import Change, ChangeKind, Purpose, Sweep, SweepState

WEEK = timedelta(days=7)


def storm(engine: Engine, source: ListedSource, *, week: int, end: str) -> FinishedSweep:
    """Move the end of 24 of 40 awards, and the amount of one of them."""
    for row in source.records[:24]:
        row["project_end_date"] = end
    source.records[0]["award_amount"] += 100_000
    return run_sweep(engine, source, now=NOW + week * WEEK)


@pytest.fixture
def source(engine: Engine) -> ListedSource:
    """Give a source that has been swept once."""
    made = ListedSource(record(number) for number in range(1, 41))
    run_sweep(engine, made, now=NOW)
    return made


def test_a_storm_is_held_and_the_rest_of_the_sweep_is_not(
    engine: Engine, session: Session, source: ListedSource
) -> None:
    done = storm(engine, source, week=1, end="2026-11-30")

    rows = session.exec(select(Change)).all()
    held = {(row.field, row.kind) for row in rows if row.held_at == NOW + WEEK}
    assert held == {("project_end_date", ChangeKind.END_CUT)}
    assert [row.field for row in rows if row.held_at is None] == ["award_amount"]
    sweep = session.get_one(Sweep, done.sweep_id)
    assert (done.state, done.waiting) == (SweepState.COMPLETE, 1)
    assert sweep.note == "end_cut of project_end_date held: 24 of 40 awards"


def test_what_was_held_is_not_undone_by_what_was_never_told(
    engine: Engine, session: Session, source: ListedSource
) -> None:
    storm(engine, source, week=1, end="2026-11-30")
    storm(engine, source, week=2, end="2029-12-31")

    kinds = {row.kind for row in session.exec(select(Change)) if row.field == "project_end_date"}
    assert kinds == {ChangeKind.END_CUT, ChangeKind.EXTENDED}


def test_released_changes_stand_under_a_sweep_of_their_own(
    engine: Engine, session: Session, source: ListedSource
) -> None:
    done = storm(engine, source, week=1, end="2026-11-30")
    released = release_sweep(session, done.sweep_id, actor="operator", now=NOW + 2 * WEEK)

    sweep = session.get_one(Sweep, released)
    assert (sweep.purpose, sweep.state, sweep.changed) == (Purpose.RELEASE, SweepState.COMPLETE, 24)
    freed = session.exec(select(Change).where(Change.sweep_id == released)).all()
    assert len(freed) == 24
    assert all(row.held_at is None and row.processed_at is None for row in freed)


def test_nothing_is_released_twice(engine: Engine, session: Session, source: ListedSource) -> None:
    done = storm(engine, source, week=1, end="2026-11-30")
    release_sweep(session, done.sweep_id, actor="operator", now=NOW + 2 * WEEK)
    with pytest.raises(RejectedError, match="holds nothing"):
        release_sweep(session, done.sweep_id, actor="operator", now=NOW + 2 * WEEK)

    releases = session.exec(select(Sweep).where(col(Sweep.purpose) == Purpose.RELEASE)).all()
    assert len(releases) == 1


def test_a_cosmetic_wave_over_everything_holds_nothing(
    engine: Engine, session: Session, source: ListedSource
) -> None:
    for row in source.records:
        row["cfda_code"] = "93.310"
    done = run_sweep(engine, source, now=NOW + WEEK)

    rows = session.exec(select(Change)).all()
    assert {(row.kind, row.held_at) for row in rows} == {(ChangeKind.COSMETIC, None)}
    assert session.get_one(Sweep, done.sweep_id).note == ""
