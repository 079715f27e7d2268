"""Kills a process at every failpoint there is, on both databases, and counts what was lost.

    python -m tests.chaos.matrix --trials 10

A trial is the whole main job: a sweep of a RePORTER that moved, matching, alerts and digests over
SMTP to a mail server that notes what it takes, readers who subscribe, confirm, leave and bounce;
two workers, a scheduler, and a queue between them that loses a fifth of its messages and doubles
three in ten. Whoever reaches the chosen point for the chosen time is killed by SIGKILL, and
started again. The history of the trial and its rows are then judged by tests.chaos.checker. What a
calm run tells, every other one has to tell as well. Points that the main job does not pass have a
small trial of their own, in tests.chaos.scenarios.
"""

import argparse
import os
import sys
import traceback
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from time import monotonic, sleep

from rich.console import Console
from tests.chaos import scenarios
from tests.chaos.checker import check
from tests.chaos.lane import Lane, open_lane, open_world
from tests.chaos.plan import Calm, Case, cases, run_calmly
from tests.chaos.report import Report, read_outcomes, write_outcome
from tests.chaos.stores import Store, fast_folder
from tests.chaos.trial import Outcome, run_trial

from tidings.flows import write_mail
from tidings.searches.grammar import parse
from tidings_workers.app import app

LANES = 3
"""Trials at once: most of a trial is waiting for the leases of the dead."""

KINDS = ("sqlite", "postgresql")
SPOKEN_EVERY = 30.0


def run_matrix(
    kinds: Sequence[str],
    *,
    trials: int,
    lanes: int = LANES,
    only: frozenset[str] = frozenset(),
    kept: Path | None = None,
) -> Report:
    """Run the whole matrix, or that of ``only`` these points; ``kept`` gets what went wrong."""
    warm_up()
    report = Report()
    with open_world(kinds) as (stores, reporter_url):
        with open_lane(stores, reporter_url) as lane:
            calm = run_calmly(lane)
        todo = list(cases(calm, trials=trials, only=only))
        report.add(_run_lanes(stores, reporter_url, calm, todo, lanes=lanes, kept=kept))
        report.note_missed()
        if not only:
            covered = scenarios.points()
            report.add(scenarios.run_all(stores, trials=trials))
            missing = calm.unpassed() - covered
            report.wrong += [f"no trial passes {point}" for point in sorted(missing)]
    return report


def warm_up() -> None:
    """Load in this process, once, what every forked one would have to."""
    app.loader.import_default_modules()
    parse("warm")
    templates = write_mail.mail_templates()  # kept for the process, and for its forks
    for name in templates.list_templates(filter_func=lambda path: path.startswith("mail/")):
        if "_base" not in name:
            templates.get_template(name)


def _run_lanes(
    stores: Sequence[Store],
    reporter_url: str,
    calm: Calm,
    todo: Sequence[Case],
    *,
    lanes: int,
    kept: Path | None,
) -> list[Outcome]:
    results = fast_folder("matrix") / "outcomes"
    pids: list[int] = []
    for number in range(lanes):
        pid = os.fork()
        if not pid:
            _run_lane(stores, reporter_url, calm, todo[number::lanes], results, kept)
        pids.append(pid)
    began = spoken = monotonic()
    for pid in pids:
        while not os.waitpid(pid, os.WNOHANG)[0]:
            sleep(0.2)
            if monotonic() - spoken > SPOKEN_EVERY:
                spoken = monotonic()
                done = sum(1 for _ in read_outcomes(results))
                print(f"{done} of {len(todo)} trials, {spoken - began:.0f} s", flush=True)  # noqa: T201 - says how far it is
    outcomes = list(read_outcomes(results))
    assert len(outcomes) == len(todo), f"{len(todo) - len(outcomes)} trials did not end"
    return outcomes


def _run_lane(
    stores: Sequence[Store],
    reporter_url: str,
    calm: Calm,
    todo: Sequence[Case],
    results: Path,
    kept: Path | None,
) -> None:
    """Run some of the trials in a process of its own."""
    code = 1
    try:
        with open_lane(stores, reporter_url) as lane:
            for case in todo:
                _run_case(lane, calm, case, results, kept)
        code = 0
    except BaseException:  # noqa: BLE001 - the edge of a process: said, then the end
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _run_case(lane: Lane, calm: Calm, case: Case, results: Path, kept: Path | None) -> None:
    store = next(store for store in lane.stores if store.kind == case.kind)
    judge = partial(check, calm.told)
    env = lane.env_for(case.sender)
    outcome = run_trial(store, case.hit, env, lane.history, judge, keep_log=kept)
    write_outcome(results, outcome)


def main() -> None:
    """Run the matrix; the exit code says whether anything was violated."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.matrix", description=__doc__)
    parser.add_argument("--trials", type=int, default=10, help="for each point and database")
    parser.add_argument("--kinds", default=",".join(KINDS), help="of database")
    parser.add_argument("--lanes", type=int, default=LANES, help="trials at once")
    parser.add_argument("--only", default="", help="points, by commas")
    parser.add_argument("--keep", type=Path, default=None, help="folder for what went wrong")
    asked = parser.parse_args()
    began = monotonic()
    words: str = asked.only
    only = frozenset(word for word in words.split(",") if word)
    report = run_matrix(
        asked.kinds.split(","), trials=asked.trials, lanes=asked.lanes, only=only, kept=asked.keep
    )
    console = Console()
    report.show(console)
    console.print(report.totals(monotonic() - began), highlight=False, soft_wrap=True)
    sys.exit(bool(report.wrong))


if __name__ == "__main__":
    main()
