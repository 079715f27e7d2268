"""A small matrix: kills at the points that matter most, and a judge that sees what is lost."""

import pytest
from sqlmodel import Session
from tests.chaos import world
from tests.chaos.actors import Stage
from tests.chaos.checker import check, repeats_in
from tests.chaos.lane import Lane, open_lane, open_world
from tests.chaos.matrix import KINDS, run_matrix
from tests.chaos.plan import run_calmly
from tests.chaos.points import points
from tests.chaos.scenarios import points as points_apart
from tests.chaos.trial import Hit, Outcome, run_trial

from tidings_workers.app import app

pytestmark = pytest.mark.timeout(400)

FEW = {
    "sqlite": (
        "page.ingested:before",
        "changes.matched:after",
        "smtp.dot:after",
        "slot.rung:after",
    ),
    "postgresql": ("sweep.finished:before", "alerts.composed:after", "delivery.claimed:after"),
}
"""One of each stage; the long form takes all there are, on both databases."""


@pytest.mark.parametrize("kind", KINDS)
def test_whoever_is_killed_where_nothing_is_lost_and_nothing_is_told_twice(kind: str) -> None:
    report = run_matrix([kind], trials=1, lanes=2, only=frozenset(FEW[kind]))
    assert report.wrong == []
    assert {outcome.hit.point for outcome in report.outcomes} >= set(FEW[kind])
    assert sum(outcome.kills for outcome in report.outcomes) > len(FEW[kind])


def test_every_point_is_passed_by_the_main_job_or_has_a_trial_of_its_own() -> None:
    app.loader.import_default_modules()
    with open_world(["sqlite"]) as (stores, url), open_lane(stores, url) as lane:
        calm = run_calmly(lane)
        assert calm.unpassed() <= points_apart() | set(_of_brokers())
        _a_judge_sees_what_was_not_told(lane)


def _of_brokers() -> list[str]:
    """Return the points of bells that the lossy queue of a trial takes the place of."""
    return [point for point in points() if point.startswith("bell.")]


def _a_judge_sees_what_was_not_told(lane: Lane) -> None:
    """Expect of a calm run what it cannot have told, and see it missed."""
    expected = {world.EAGER: frozenset({"CA999999"})}

    def judge(stage: Stage, session: Session, outcome: Outcome) -> None:
        check(expected, stage, session, outcome)

    env = lane.env_for("smtp")
    outcome = run_trial(lane.stores[0], Hit(), env, lane.history, judge)
    assert any("was not told of ['CA999999']" in what for what in outcome.violations)
    assert any("was told of" in what for what in outcome.violations)


def test_a_mail_that_comes_again_or_tells_the_same_is_counted() -> None:
    first = {"to": world.EAGER, "message_id": "<1>", "studies": ["CA1"]}
    again = {"to": world.EAGER, "message_id": "<2>", "studies": ["CA1"]}
    assert repeats_in([first]) == 0
    assert repeats_in([first, first]) == 1
    assert repeats_in([first, again]) == 1
