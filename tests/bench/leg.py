"""One engine, one workload, one time: a leg of the benchmark, which has a process of its own.

``python -m tests.bench.leg ORDER`` takes an order as JSON and prints the outcome as JSON.
"""

import gc
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter
from tests.bench.ours import Ours, Times
from tests.bench.peers.naive import Naive
from tests.bench.peers.peer import Peer, own_peak
from tests.bench.peers.postgresql import Postgresql
from tests.bench.peers.sqlite_fts import SqliteFts
from tests.bench.real import Real
from tests.bench.shapes import Award, Search, Workload
from tests.bench.tally import Tally
from tests.bench.workload import Synthetic

LegName = Literal["fast", "pure", "naive", "fts5", "tantivy", "pg-gin", "pg-nested"]
AT_ONCE = 10_000
"""Searches that are made before the engine takes them: no more are held at a time."""
SINGLES = 200
"""Awards that are matched one at a time: the first of the others."""
ADDED = 2_000
"""Searches that are added one at a time on top of the rest."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a leg is to do; ``data`` is the folder of real data, ``url`` of a running PostgreSQL.

    Ours is given ``others`` after the batch, as a process is that has run for a while.
    """

    leg: LegName
    searches: int
    awards: int
    others: int = 0
    data: Path | None = None
    url: str = ""
    is_timing_singles: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a leg came to: CPU seconds, bytes, and what was found.

    ``later`` is what as many awards cost when the engine has met most words before, reckoned from
    others than the batch; ``before`` is the memory of a process that has made the awards and
    loaded nothing yet.
    """

    leg: LegName
    version: str
    searches: int
    awards: int
    words: int
    loading: float
    tokenising: float
    matching: float
    count: int
    checksum: str
    before: int
    peak: int
    later: float | None = None
    one_award: Times | None = None
    one_search: Times | None = None
    put_off: float | None = None
    facts: dict[str, Any] = field(default_factory=dict[str, Any])


@cache
def workload_of(data: Path | None) -> Workload:
    """Return the workload: real with a folder, or else invented."""
    return Real(data) if data else Synthetic()


def run(order: Order) -> Outcome:
    """Run a leg in this process."""
    workload = workload_of(order.data)
    batch = workload.awards(order.awards, order.others)
    awards = batch.awards
    before = own_peak()
    peer = make_peer(order)
    try:
        searches = iter(workload.searches())
        loading = _load(peer, islice(searches, order.searches))
        peer.take(awards)
        gc.collect()
        gc.freeze()  # or else the collector walks over every search while awards are read
        matching, tally = measure(peer)
        peak = peer.peak()
        more = _only_ours(peer, order, searches, batch.others)
        version = peer.version()
    finally:
        peer.close()
        gc.unfreeze()
    return Outcome(
        order.leg,
        version,
        searches=order.searches,
        awards=len(awards),
        words=sum(len(passage) for award in awards for passage in award.passages),
        loading=loading,
        tokenising=batch.tokenising,
        matching=matching,
        count=tally.count,
        checksum=tally.checksum,
        before=before,
        peak=peak,
        facts=batch.facts,
        **more,
    )


def make_peer(order: Order) -> Peer:
    """Return the engine of a leg, with nothing in it."""
    match order.leg:
        case "fast" | "pure":
            return Ours(order.leg)
        case "naive":
            return Naive()
        case "fts5":
            return SqliteFts()
        case "tantivy":
            from tests.bench.peers.tantivy_index import Tantivy  # noqa: PLC0415 - only if asked for

            return Tantivy()
        case "pg-gin":
            return Postgresql(order.url, "gin")
        case "pg-nested":
            return Postgresql(order.url, "nested")


def measure(peer: Peer) -> tuple[float, Tally]:
    """Match once; summing up what is found does not count."""
    tally = Tally()
    spent = 0.0
    parts = peer.match()
    while True:
        start = peer.clock()
        part = next(parts, None)
        spent += peer.clock() - start
        if part is None:
            return spent, tally
        tally.add(*part)


def _load(peer: Peer, searches: Iterator[Search]) -> float:
    spent = 0.0
    while some := list(islice(searches, AT_ONCE)):
        start = peer.clock()
        peer.load(some)
        spent += peer.clock() - start
    return spent


def _only_ours(
    peer: Peer, order: Order, searches: Iterator[Search], others: Sequence[Award]
) -> dict[str, Any]:
    """Return what only ours is asked, as far as there are awards besides those of the batch."""
    if not isinstance(peer, Ours) or len(others) <= SINGLES:
        return {}
    singles, later = others[:SINGLES], others[SINGLES:]
    peer.take(later)
    spent, _ = measure(peer)
    found: dict[str, Any] = {"later": spent / len(later) * order.awards}
    if not order.is_timing_singles:
        return found
    one_award = peer.time_single_awards(singles)
    one_search, put_off = peer.time_adding(list(islice(searches, ADDED)), singles)
    return found | {"one_award": one_award, "one_search": one_search, "put_off": put_off}


if __name__ == "__main__":
    outcome = run(TypeAdapter(Order).validate_json(sys.argv[1]))
    sys.stdout.write(TypeAdapter(Outcome).dump_json(outcome).decode())
