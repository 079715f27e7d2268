"""Which trials a matrix consists of: decided by what a calm run passes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlmodel import Session
from tests.chaos import world
from tests.chaos.actors import Stage
from tests.chaos.checker import Told, check, told_in
from tests.chaos.lane import Lane
from tests.chaos.mails import mails_of
from tests.chaos.points import points
from tests.chaos.stores import Store
from tests.chaos.trial import POINTS, Hit, Outcome, run_trial

AT_MOST = 3
"""A point is struck at its first, second or third time, if it has so many."""

SENDERS = ("smtp", "capture")
RANDOM_KILLS = 4

Passed = Mapping[tuple[str, str], Mapping[str, int]]


@dataclass(frozen=True)
class Case:
    """One trial to run: on which database, by which sender, with what killed."""

    kind: str
    sender: str
    hit: Hit


@dataclass(frozen=True)
class Calm:
    """What a run without a kill tells, and how often it passed each point, by kind and sender."""

    told: Told
    passed: Passed

    def unpassed(self) -> set[str]:
        """Return the points that no calm run passed."""
        return set(points()).difference(*self.passed.values())


def run_calmly(lane: Lane) -> Calm:
    """Run the main job once on each database by each sender: what it tells is what is due.

    Raises AssertionError when one is not as it must be, or two differ.
    """
    passed: dict[tuple[str, str], dict[str, int]] = {}
    told = [_run_calmly(lane, store, sender, passed) for store in lane.stores for sender in SENDERS]
    assert all(one == told[0] for one in told), told
    return Calm(told[0], passed)


def _run_calmly(
    lane: Lane, store: Store, sender: str, passed: dict[tuple[str, str], dict[str, int]]
) -> Told:
    told: dict[str, frozenset[str]] = {}

    def look(stage: Stage, session: Session, outcome: Outcome) -> None:
        found = told_in(mails_of(stage))
        told.update({reader: found.get(reader, frozenset()) for reader in world.STEADY})
        counts = (stage.folder / POINTS).iterdir()
        passed[store.kind, sender] = {path.name: path.stat().st_size for path in counts}
        check(told, stage, session, outcome)

    outcome = run_trial(store, Hit(counting=True), lane.env_for(sender), lane.history, look)
    assert not outcome.violations, outcome.violations
    return told


def cases(calm: Calm, *, trials: int, only: frozenset[str] = frozenset()) -> Iterator[Case]:
    """Return ``trials`` cases for each point, and some with kills at random times.

    Each way to run (kind of database, sender) takes its turn.
    """
    for point in sorted(only or set(points()) - calm.unpassed()):
        ways = [way for way in sorted(calm.passed) if point in calm.passed[way]]
        for number in range(trials):
            kind, sender = ways[number % len(ways)]
            times = min(AT_MOST, calm.passed[kind, sender][point])
            nth = 1 + number // len(ways) % times
            yield Case(kind, sender, Hit(point, nth=nth, seed=number))
    for kind, sender in sorted(calm.passed):
        for seed in range(trials):
            yield Case(kind, sender, Hit(seed=seed, random_kills=RANDOM_KILLS))
