"""What the benchmark says: the machine, the workload, a table, and whether the run counts."""

import os
import platform
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from statistics import median
from typing import Any

from tests.bench.leg import LegName, Outcome
from tests.bench.ours import Times

OURS: tuple[LegName, ...] = ("fast", "pure")
_COLUMNS = (
    *("engine", "runs", "CPU s", "least", "most", "ratio", "pairs/s", "awards/s", "later s"),
    *("load s", "peak MB", "of it", "count", "checksum"),
)


@dataclass(frozen=True, slots=True)
class Summary:
    """The runs of one leg; all are charged with the same ``tokenising``, as none does it."""

    leg: LegName
    outcomes: tuple[Outcome, ...]
    tokenising: float

    @property
    def costs(self) -> list[float]:
        """The CPU seconds of the runs, the least first."""
        return sorted(outcome.matching + self.tokenising for outcome in self.outcomes)

    @property
    def cpu(self) -> float:
        """The median of the CPU seconds."""
        return median(self.costs)

    def singles(self) -> Outcome | None:
        """Return the run in which single things were timed."""
        return next((one for one in self.outcomes if one.one_award), None)


def summaries_of(legs: Sequence[Sequence[Outcome]]) -> list[Summary]:
    """Sum up the runs of each leg that was run."""
    ran = [outcomes for outcomes in legs if outcomes]
    tokenising = median(outcome.tokenising for outcomes in ran for outcome in outcomes)
    return [Summary(outcomes[0].leg, tuple(outcomes), tokenising) for outcomes in ran]


def disagreements(summaries: Sequence[Summary]) -> list[str]:
    """Return which runs found what, if not all found the same; without any the run counts."""
    found = {(outcome.count, outcome.checksum) for one in summaries for outcome in one.outcomes}
    if len(found) < 2:
        return []
    return [
        f"{outcome.leg} finds {outcome.count} pairs with checksum {outcome.checksum}"
        for one in summaries
        for outcome in one.outcomes
    ]


def machine() -> dict[str, Any]:
    """Return what the run is made on and with."""
    return {
        "cores": os.cpu_count(),
        "load average": " ".join(f"{load:.1f}" for load in os.getloadavg()),
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
    } | {name: _version(name) for name in ("numpy", "numba", "tantivy")}


def lines(summaries: Sequence[Summary]) -> Iterator[str]:
    """Return what was reached, line by line."""
    yield from _workload(summaries[0])
    base = next((one.cpu for one in summaries if one.leg in OURS), None)
    rows = [_COLUMNS, *(_row(one, base) for one in summaries)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = zip(row, widths, strict=True)
        yield "  ".join(cell.rjust(width) for cell, width in cells)
    for one in summaries:
        if single := one.singles():
            yield from _single(single)


def _workload(summary: Summary) -> Iterator[str]:
    outcome = summary.outcomes[0]
    searches, awards = outcome.searches, outcome.awards
    share = outcome.count / (searches * awards) if searches and awards else 0
    yield (
        f"{searches:,} searches x {awards:,} awards of {outcome.words / max(awards, 1):.0f} words: "
        f"{outcome.count:,} pairs, {share:.3%} of all; seeds {outcome.facts['seeds']}"
    )
    yield (
        "CPU seconds from words to pairs, loading of searches left out; "
        f"making words of the texts took {summary.tokenising:.2f} s, which all are charged with"
    )
    yield (
        "later: what as many other awards cost an engine that has met most words before; "
        "of it: memory before searches are loaded"
    )


def _row(one: Summary, base: float | None) -> tuple[str, ...]:
    first = one.outcomes[0]
    later = [outcome.later for outcome in one.outcomes if outcome.later is not None]
    rate = first.awards / one.cpu if one.cpu else 0
    return (
        one.leg,
        str(len(one.outcomes)),
        *(f"{cost:.3f}" for cost in (one.cpu, one.costs[0], one.costs[-1])),
        f"{one.cpu / base:.2f}" if base else "-",
        f"{rate * first.searches:.2e}",
        f"{rate:,.0f}",
        f"{median(later) + one.tokenising:.3f}" if later else "-",
        f"{median(outcome.loading for outcome in one.outcomes):.2f}",
        _megabytes(max(outcome.peak for outcome in one.outcomes)),
        "-" if first.leg.startswith("pg") else _megabytes(first.before),
        str(first.count),
        first.checksum,
    )


def _single(outcome: Outcome) -> Iterator[str]:
    if outcome.one_award and outcome.one_search and outcome.put_off is not None:
        searches = f"{outcome.searches:,} searches"
        yield f"{outcome.leg}: one award against {searches}: {_said(outcome.one_award)}"
        yield (
            f"{outcome.leg}: one more search beside {searches}: {_said(outcome.one_search)}; the "
            f"next match of one award costs {outcome.put_off:.3f} ms more than the one after it"
        )


def _said(times: Times) -> str:
    return (
        f"p50 {times.p50:.3f} ms, p99 {times.p99:.3f} ms, most {times.most:.3f} ms of CPU "
        f"({times.count} times)"
    )


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f}"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def as_json(asked: Mapping[str, Any], summaries: Sequence[Summary]) -> dict[str, Any]:
    """Return everything that was reached, for JSON."""
    base = next((one.cpu for one in summaries if one.leg in OURS), None)
    return {
        "asked": dict(asked),
        "machine": machine(),
        "is_void": bool(disagreements(summaries)),
        "legs": [
            {
                "leg": one.leg,
                "cpu_median": one.cpu,
                "ratio": one.cpu / base if base else None,
                "runs": one.outcomes,
            }
            for one in summaries
        ],
    }
