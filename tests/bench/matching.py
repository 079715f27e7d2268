"""Measure what it costs to match many saved searches, and what it costs others.

``python -m tests.bench.matching --searches 100000 --awards 1000 --peers all`` runs our engine and
its peers on the same workload, each in a process of its own, and prints what each cost. All must
find the same pairs: if one finds others, the run is void and the command ends with 1.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, get_args

from pydantic import TypeAdapter
from tests.bench.leg import LegName, Order, Outcome
from tests.bench.peers.server import running_server
from tests.bench.report import OURS, Summary, as_json, disagreements, lines, machine, summaries_of

from tidings.errors import TidingsError

NAMES: tuple[LegName, ...] = get_args(LegName)
PEERS: tuple[LegName, ...] = tuple(name for name in NAMES if name not in OURS)
SLOW: tuple[LegName, ...] = ("naive", "pg-nested")
OTHERS = 1_200
"""Awards that ours is given besides, of which it matches the first one at a time."""
SLOW_PAIRS = 20_000_000
"""Searches times awards above which no peer is run that tries each on each: it takes minutes."""


@dataclass
class Plan:
    """What is to be run how often, and what is not."""

    order: Order
    repeats: dict[LegName, int]
    limit: float | None = None
    left_out: dict[LegName, str] = field(default_factory=dict[LegName, str])

    def rounds(self) -> Iterator[LegName]:
        """Return the legs in turn, so that what else the machine does strikes all alike."""
        for number in range(max(self.repeats.values())):
            for leg, repeats in self.repeats.items():
                if number < repeats:
                    yield leg


def main() -> None:
    """Run what the command line asks for."""
    asked = _parser().parse_args()
    try:
        sys.exit(_run(asked))
    except TidingsError as error:
        sys.exit(f"error: {error}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tests.bench.matching", description=__doc__)
    parser.add_argument("--searches", type=_count, default=10_000, metavar="S")
    parser.add_argument("--awards", type=_count, default=1_000, metavar="D")
    parser.add_argument("--workload", choices=("synthetic", "real"), default="synthetic")
    parser.add_argument("--peers", default="all", help=f"all, none, or some of {','.join(PEERS)}")
    parser.add_argument("--kernel", choices=(*OURS, "both"), default="both")
    parser.add_argument("--repeats", type=_count, default=3, help="processes of ours; the median")
    parser.add_argument("--peer-repeats", type=_count, default=1, help="the same for each peer")
    parser.add_argument(
        "--slow-pairs",
        type=_count,
        default=SLOW_PAIRS,
        help=f"leave {' and '.join(SLOW)} out above so many searches times awards",
    )
    parser.add_argument("--limit", type=float, help="stop a peer after so many seconds")
    parser.add_argument("--json", type=Path, metavar="OUT", help="also write everything there")
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 up")
    return int(text)


def _run(asked: argparse.Namespace) -> int:
    plan = plan_of(asked)
    _say(", ".join(f"{name} {value}" for name, value in machine().items()))
    outcomes: dict[LegName, list[Outcome]] = {leg: [] for leg in plan.repeats}
    with ExitStack() as stack:
        if any(leg.startswith("pg-") for leg in plan.repeats):
            plan.order = replace(plan.order, url=stack.enter_context(running_server()))
        for leg in plan.rounds():
            if leg not in plan.left_out and (outcome := _in_process(plan, leg, outcomes[leg])):
                outcomes[leg].append(outcome)
    return tell(vars(asked), summaries_of(list(outcomes.values())), plan.left_out)


def plan_of(asked: argparse.Namespace) -> Plan:
    """Return what the command line asks for; raise TidingsError if it cannot be had."""
    data = None
    if asked.workload == "real":
        data = Path(os.environ.get("TIDINGS_REAL_DATA", ""))
        if not os.environ.get("TIDINGS_REAL_DATA") or not data.is_dir():
            raise TidingsError("TIDINGS_REAL_DATA must name the folder of the recorded data")
    peers = _peers(asked.peers)
    kernels: tuple[LegName, ...] = OURS if asked.kernel == "both" else (asked.kernel,)
    repeats: int = asked.repeats
    order = Order(kernels[0], asked.searches, asked.awards, data=data)
    plan = Plan(order, dict.fromkeys(kernels, repeats), asked.limit)
    for peer in peers:
        if peer in SLOW and asked.searches * asked.awards > asked.slow_pairs:
            plan.left_out[peer] = f"above {asked.slow_pairs:,} pairs, see --slow-pairs"
        else:
            plan.repeats[peer] = asked.peer_repeats
    return plan


def _peers(names: str) -> Sequence[LegName]:
    if names in ("all", "none"):
        return PEERS if names == "all" else ()
    wanted = names.split(",")
    if unknown := sorted({*wanted} - {*PEERS}):
        raise TidingsError(f"no peer is called {unknown[0]!r}; there are {', '.join(PEERS)}")
    return [peer for peer in PEERS if peer in wanted]


def _in_process(plan: Plan, leg: LegName, before: Sequence[Outcome]) -> Outcome | None:
    """Run a leg; return None, and note it, if a peer's time was over."""
    is_ours = leg in OURS
    others = OTHERS if is_ours else 0
    is_first = is_ours and not before
    order = replace(plan.order, leg=leg, others=others, is_timing_singles=is_first)
    asked = TypeAdapter(Order).dump_json(order).decode()
    limit = None if is_ours else plan.limit
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-m", "tests.bench.leg", asked],
            stdout=subprocess.PIPE,
            check=True,
            timeout=limit,
        )
    except subprocess.TimeoutExpired:
        plan.left_out[leg] = f"stopped after {limit:g} s, see --limit"
        return None
    except subprocess.CalledProcessError as error:
        raise TidingsError(f"the leg {leg} ended with {error.returncode}, see above") from error
    outcome = TypeAdapter(Outcome).validate_json(done.stdout)
    _say(f"  {outcome.version}: {outcome.matching:.3f} s")
    return outcome


def tell(
    asked: Mapping[str, Any], summaries: Sequence[Summary], left_out: Mapping[LegName, str]
) -> int:
    """Print what was reached, and write it where ``asked`` says; return the exit code."""
    for line in lines(summaries):
        _say(line)
    for leg, reason in left_out.items():
        _say(f"left out: {leg}, {reason}")
    if asked["json"]:
        everything = as_json({**asked, "left_out": left_out}, summaries)
        asked["json"].write_bytes(TypeAdapter(dict[str, Any]).dump_json(everything, indent=2))
    wrong = disagreements(summaries)
    for line in wrong:
        _say(f"VOID: {line}")
    return 1 if wrong else 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
