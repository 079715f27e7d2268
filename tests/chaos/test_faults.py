"""Everything else that may go wrong with RePORTER: each sweep ends, is held, or waits and says why.

What is held once the fault is over is what a store holds that never met it.
"""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from tests.chaos.upstream import (
    AFTER,
    BEFORE,
    MONDAY,
    WEEK,
    Store,
    held,
    suffer,
    sweep,
)

from tidings.projects.models import ChangeKind, SweepState
from tidings.sandbox.faults import Double, Fault, Mode
from tidings.sandbox.running import Sandbox

WAITS = {
    "status": (Fault(mode=Mode.STATUS, status=503), "answered 503"),
    "reset": (Fault(mode=Mode.RESET), "broke off its answer"),
    "rate limit": (Fault(mode=Mode.RATE_LIMIT), "answered 429"),
    "hang": (Fault(mode=Mode.HANG), "no answer within 0.5 seconds"),
}
PASSES = {
    "slow": Fault(mode=Mode.SLOW, seconds=0.1),
    "one of each": Fault(mode=Mode.STATUS, times=1),
    "same page": Fault(mode=Mode.DOUBLED, double=Double.SAME_PAGE),
    "next page": Fault(mode=Mode.DOUBLED, double=Double.NEXT_PAGE),
    "other body": Fault(mode=Mode.DOUBLED, double=Double.OTHER_BODY),
    "vanished": Fault(mode=Mode.VANISHED, every=60),
}
HOLDS = {
    "short page": Fault(mode=Mode.SHORT_PAGE),
    "shrunken": Fault(mode=Mode.SHRUNKEN),
    "shifting total": Fault(mode=Mode.SHIFTING_TOTAL),
}

RESTLESS = Fault(mode=Mode.CHURN, comes=1.0, goes=0.2)


@pytest.mark.parametrize("name", WAITS)
def test_a_source_that_does_not_answer_is_waited_for(
    name: str, engine: Engine, sandbox: Sandbox, whole: Store
) -> None:
    fault, trouble = WAITS[name]
    during, after, store = suffer(engine, sandbox, fault, timeout=0.5)

    assert during.row.state is SweepState.RUNNING
    assert trouble in during.row.trouble
    assert (after.row.id, after.row.state) == (during.row.id, SweepState.COMPLETE)
    assert store == whole


@pytest.mark.parametrize("name", PASSES)
def test_what_a_sweep_lives_through_costs_nothing(
    name: str, engine: Engine, sandbox: Sandbox, whole: Store
) -> None:
    during, after, store = suffer(engine, sandbox, PASSES[name])

    assert during.row.state is SweepState.COMPLETE
    assert during.taken > 0
    assert after.row.state is SweepState.COMPLETE
    assert store == whole
    assert store.missing == 0


@pytest.mark.parametrize("name", ["same page", "other body"])
def test_records_that_came_twice_are_spoken_of(name: str, engine: Engine, sandbox: Sandbox) -> None:
    during, _, _ = suffer(engine, sandbox, PASSES[name])
    assert "came twice at offset" in during.row.note
    assert bool(during.row.quarantined) == (name == "other body")


@pytest.mark.parametrize("name", HOLDS)
def test_what_does_not_add_up_is_held_and_read_again(
    name: str, engine: Engine, sandbox: Sandbox, whole: Store
) -> None:
    during, after, store = suffer(engine, sandbox, HOLDS[name])

    assert during.row.state is SweepState.HELD
    assert during.is_said
    assert after.row.state is SweepState.COMPLETE
    assert store == whole
    assert store.missing == 0


def test_what_came_and_went_while_it_was_read_costs_no_record_that_stayed(
    engine: Engine, sandbox: Sandbox, whole: Store
) -> None:
    during, after, store = suffer(engine, sandbox, RESTLESS)

    assert during.row.state is SweepState.HELD
    assert "the source moved" in during.row.note
    assert after.row.state is SweepState.COMPLETE
    assert {id_: store.contents[id_] for id_ in whole.contents} == whole.contents
    assert store.missing == 0


def test_records_that_vanish_and_return_are_news_to_nobody(
    engine: Engine, sandbox: Sandbox, whole: Store
) -> None:
    """They are away for three weeks in a row; one of RePORTER's own was for nineteen days."""
    sandbox.recover()
    for week in range(6):
        sandbox.hold_week(BEFORE if week == 0 else AFTER)
        if week == 2:
            sandbox.fail(Mode.VANISHED, every=60)
        elif week == 5:
            sandbox.recover()
        done = sweep(engine, sandbox, now=MONDAY + week * WEEK)
        assert done.row.state is SweepState.COMPLETE
    assert held(engine) == whole


def test_records_that_are_away_for_five_weeks_are_missing_and_then_returned(
    engine: Engine, sandbox: Sandbox, whole: Store
) -> None:
    sandbox.recover()
    for week in range(9):
        sandbox.hold_week(BEFORE if week == 0 else AFTER)
        if week == 2:
            sandbox.fail(Mode.VANISHED, every=60)
        elif week == 8:
            sandbox.recover()
        sweep(engine, sandbox, now=MONDAY + week * WEEK + timedelta(hours=week))
    away = {appl_id for appl_id in whole.contents if appl_id % 60 == 0}
    news = held(engine).told - whole.told
    assert away
    assert {appl_id for appl_id, *_ in news} == away
    for kind in (ChangeKind.MISSING, ChangeKind.RETURNED):
        assert sum(found is kind for _, _, found, _, _ in news) == len(away)
    assert held(engine).contents == whole.contents
