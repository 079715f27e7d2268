"""Ten ways in which RePORTER may come to write otherwise than it does: nothing lost, nothing false.

Each is met by a whole sweep, over HTTP, in a week in which records change. What is held in the end
has to be what a store holds that never met it.
"""

import pytest
from sqlalchemy import Engine
from tests.chaos.upstream import Store, suffer

from tidings.projects.models import SweepState
from tidings.sandbox.faults import Drift, Fault, Mode
from tidings.sandbox.running import Sandbox

REASONS = {
    Drift.MISSING: "project_end_date is absent",
    Drift.RETYPED: "award_amount: ",
    Drift.RENAMED: "project_title is absent",
    Drift.NULL: "appl_id is empty",
    Drift.HUGE: "a number has 401 digits",
    Drift.NAN: "NaN is no JSON",
    Drift.DOUBLED_NAME: "award_amount stands there twice",
}
TROUBLES = {Mode.HTML: "a web page instead of data", Mode.TRUNCATED: "broken data"}


@pytest.mark.parametrize("drift", list(Drift))
def test_records_that_drift_are_set_aside_with_their_bytes_and_the_others_are_taken_in(
    drift: Drift, engine: Engine, sandbox: Sandbox, whole: Store
) -> None:
    fault = Fault(mode=Mode.DRIFT, drift=drift)
    during, after, store = suffer(engine, sandbox, fault)

    hit = sum(appl_id % fault.every == 0 for appl_id in whole.contents)
    assert during.row.state is SweepState.COMPLETE
    assert during.row.quarantined >= hit > 100
    assert {REASONS[drift] in one.reason for one in during.quarantined} == {True}
    assert all(b'"core_project_num"' in one.raw for one in during.quarantined)
    assert during.row.examined >= len(whole.contents) - hit
    assert during.taken > 0
    assert (after.row.state, after.row.quarantined) == (SweepState.COMPLETE, 0)
    assert after.taken > 0
    assert store == whole
    assert store.missing == 0


@pytest.mark.parametrize("mode", TROUBLES)
def test_an_answer_that_is_none_leaves_the_sweep_where_it_is_and_says_why(
    mode: Mode, engine: Engine, sandbox: Sandbox, whole: Store
) -> None:
    during, after, store = suffer(engine, sandbox, Fault(mode=mode))

    assert during.row.state is SweepState.RUNNING
    assert TROUBLES[mode] in during.row.trouble
    assert (after.row.id, after.row.state) == (during.row.id, SweepState.COMPLETE)
    assert after.row.trouble == ""
    assert store == whole


def test_a_wrong_total_holds_the_sweep_and_says_what_is_wrong(
    engine: Engine, sandbox: Sandbox, whole: Store
) -> None:
    during, after, store = suffer(engine, sandbox, Fault(mode=Mode.WRONG_TOTAL))

    assert during.row.state is SweepState.HELD
    assert "where the total of" in during.row.note
    assert during.quarantined
    assert after.row.state is SweepState.COMPLETE
    assert store == whole
