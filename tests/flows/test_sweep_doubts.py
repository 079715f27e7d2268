"""What the source says is not believed blindly."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from conftest import NOW
from sources import ListedSource, record
from sqlalchemy import Engine
from sqlmodel import Session, select
from sweeps import EVERYTHING, run_sweep

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.errors import RetryableError
from tidings.flows.advance_sweep import advance_sweep
from tidings.flows.ingest_page import hold_page, ingest_page
from tidings.flows.start_sweep import start_sweep
from tidings.projects.models import (
    Award,
    Change,
    Purpose,
    Quarantine,
    Snapshot,
    Sweep,
    SweepPage,
    SweepState,
)
from tidings.reporter.client import ProjectPage
from tidings.reporter.criteria import Criteria

WEEK = timedelta(days=7)


def receipt(session: Session, sweep_id: int) -> Sweep:
    row = session.get_one(Sweep, sweep_id, populate_existing=True)
    session.commit()
    return row


@pytest.mark.parametrize(("total", "unexamined"), [(2, 2), (5, 5)], ids=["surplus", "short"])
def test_a_page_that_does_not_add_up_is_set_aside_whole(
    engine: Engine, session: Session, total: int, unexamined: int
) -> None:
    source = ListedSource([record(1), record(2)])
    run_sweep(engine, source, now=NOW)
    source.records = [record(1, award_amount=5), record(2), record(99)]
    source.says_total = total
    done = run_sweep(engine, source, now=NOW + WEEK)

    row = receipt(session, done.sweep_id)
    assert (row.state, row.unexamined, row.examined) == (SweepState.HELD, unexamined, 0)
    assert f"the total of {total}" in row.note
    assert session.get_one(Award, 1).amount == 400_000
    assert session.get(Award, 99) is None
    assert session.get_one(Award, 1).absent_since is None
    kept = session.exec(select(Quarantine)).one()
    assert kept.raw.count(b'"appl_id"') == 3
    assert done.waiting == 0


def test_after_a_page_that_did_not_add_up_the_next_sweep_catches_up(
    engine: Engine, session: Session
) -> None:
    source = ListedSource([record(1)])
    run_sweep(engine, source, now=NOW)
    source.records, source.says_total = [record(1, award_amount=5)], 3
    run_sweep(engine, source, now=NOW + WEEK)
    source.says_total = None
    done = run_sweep(engine, source, now=NOW + 2 * WEEK)

    assert done.state is SweepState.COMPLETE
    assert session.exec(select(Change)).one().sweep_id == done.sweep_id


def test_a_short_page_that_comes_whole_when_asked_again_counts(
    engine: Engine, session: Session
) -> None:
    source = ListedSource([record(1), record(2)])
    whole = source.records
    answers = iter([whole[:1], whole])

    def cut_once() -> None:
        source.records = next(answers)

    source.before_page, source.says_total = cut_once, 2
    done = run_sweep(engine, source, now=NOW)

    assert (done.state, receipt(session, done.sweep_id).examined) == (SweepState.COMPLETE, 2)


@pytest.mark.parametrize("left", [0, 1, 97])
def test_a_scope_that_shrank_is_held_and_nothing_of_it_is_read(
    engine: Engine, session: Session, left: int
) -> None:
    source = ListedSource(record(number) for number in range(1, 101))
    run_sweep(engine, source, now=NOW)
    source.records, source.asked = source.records[:left], []
    done = run_sweep(engine, source, now=NOW + WEEK)

    row = receipt(session, done.sweep_id)
    assert (row.state, row.unexamined) == (SweepState.HELD, left)
    assert f"from 100 records to {left}" in row.note
    assert source.asked == []
    assert session.exec(select(Award).where(Award.absent_sweeps > 0)).all() == []


def test_a_source_that_moves_while_it_is_read_is_read_again(
    engine: Engine, session: Session
) -> None:
    source = ListedSource(record(number) for number in range(1, 702))

    def move_once() -> None:
        if len(source.asked) == 1:
            source.records = source.records[1:]

    source.before_page = move_once
    done = run_sweep(engine, source, now=NOW)

    row = receipt(session, done.sweep_id)
    assert (done.state, row.total_first, row.total_last) == (SweepState.COMPLETE, 701, 700)
    assert row.examined == 701
    pages = session.exec(select(SweepPage)).all()
    assert {page.partition for page in pages} == {"all", "all#2"}


def test_a_source_that_never_rests_ends_the_sweep_held(engine: Engine, session: Session) -> None:
    source = ListedSource(record(number) for number in range(1, 702))
    source.before_page = lambda: source.records.append(record(1000 + len(source.records)))
    done = run_sweep(engine, source, now=NOW)

    assert done.state is SweepState.HELD
    assert "moved" in receipt(session, done.sweep_id).note


def test_an_outage_leaves_the_sweep_where_it_is(
    engine: Engine, session: Session, settings: Settings
) -> None:
    source = ListedSource(record(number) for number in range(1, 702))
    sweep_id = start_sweep(
        session, purpose=Purpose.WEEKLY, settings=settings, now=NOW, scope=EVERYTHING
    )
    assert sweep_id is not None
    for _ in range(2):
        advance_sweep(engine, source, sweep_id, now=NOW, seconds=0)
    source.fails = RetryableError("no answer")
    with pytest.raises(RetryableError):
        advance_sweep(engine, source, sweep_id, now=NOW, seconds=60)

    assert receipt(session, sweep_id).state is SweepState.RUNNING
    source.fails = None
    assert advance_sweep(engine, source, sweep_id, now=NOW, seconds=60)
    assert [offset for _, offset in source.asked] == [0, 499, 499]


def page_of(*numbers: int) -> ProjectPage:
    source = ListedSource(record(number) for number in numbers)
    return source.search_projects(Criteria())


@pytest.mark.parametrize("take_in", [ingest_page, hold_page])
def test_a_page_that_comes_twice_counts_once(
    session: Session, settings: Settings, take_in: Callable[..., bool]
) -> None:
    sweep_id = start_sweep(
        session, purpose=Purpose.WEEKLY, settings=settings, now=NOW, scope=EVERYTHING
    )
    assert sweep_id is not None
    assert take_in(session, sweep_id, page_of(1, 2), partition="all", now=NOW)
    before = receipt(session, sweep_id).model_dump()
    assert not take_in(session, sweep_id, page_of(1, 3), partition="all", now=NOW)

    assert receipt(session, sweep_id).model_dump() == before
    assert session.get(Award, 3) is None
    assert len(session.exec(select(SweepPage)).all()) == 1
    assert len(session.exec(select(Snapshot)).all()) == (2 if take_in is ingest_page else 0)


def test_a_sweep_says_why_it_waits_until_the_source_answers_again(engine: Engine) -> None:
    source = ListedSource([record(1)])
    source.fails = RetryableError("RePORTER cannot be reached")
    with pytest.raises(RetryableError):
        run_sweep(engine, source, now=NOW)
    with open_session(engine) as session:
        assert session.exec(select(Sweep.trouble)).one() == "RePORTER cannot be reached"
    source.fails = None
    assert advance_sweep(engine, source, 1, now=NOW, seconds=60)
    with open_session(engine) as session:
        assert session.exec(select(Sweep.trouble)).one() == ""
