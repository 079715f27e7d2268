"""Our own engine in the benchmark, with what only it is asked: one award, and one more search."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.bench.peers.naive import Naive
from tests.bench.peers.peer import own_peak
from tests.bench.shapes import Award, Filters, Pairs, Search, features_of, query_of
from tests.bench.tally import Tally

from tidings.searches.engine import Engine, Features
from tidings.searches.engine.engine import KernelName
from tidings.searches.query import ALL_TEXT, And, Not, Or, Phrase

LOOKED_AT_EVERY = 100
"""Of the added searches, how many until an award is matched in between."""
JUDGED = 20
"""Awards on which the oracle judges the added searches; more would take it long."""


@dataclass(frozen=True, slots=True)
class Times:
    """How long single things took, in milliseconds of CPU."""

    count: int
    p50: float
    p99: float
    most: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Times":
        """Sum up how long things took; there is at least one."""
        ranked = sorted(seconds)
        last = len(ranked) - 1
        ranks = (last // 2, round(last * 0.99), last)
        return cls(len(ranked), *(1_000 * ranked[rank] for rank in ranks))


class Ours:
    """The engine of saved searches with one of its kernels."""

    def __init__(self, kernel: KernelName) -> None:
        _warm_up(kernel)
        self._kernel = kernel
        self._engine = Engine(kernel)
        self._documents: list[Features] = []

    def load(self, searches: Sequence[Search]) -> None:
        """Add the searches."""
        for search_id, search in enumerate(searches, len(self._engine)):
            self._engine.add(search_id, query_of(search))

    def take(self, awards: Sequence[Award]) -> None:
        """Give the awards the engine's form; words stay where they are."""
        self._documents = [features_of(award) for award in awards]

    def match(self) -> Iterator[Pairs]:
        """Match all of them."""
        yield from self._engine.match(self._documents)

    def clock(self) -> float:
        """Return the CPU seconds of this process."""
        return time.process_time()

    def peak(self) -> int:
        """Return the most memory of this process."""
        return own_peak()

    def version(self) -> str:
        """Return which kernel it is."""
        return f"tidings, {self._kernel} kernel"

    def close(self) -> None:
        """Nothing is open."""

    def time_single_awards(self, awards: Sequence[Award]) -> Times:
        """Match one award at a time; raise ValueError where that finds what a batch does not."""
        documents = [features_of(award) for award in awards]
        single, together = Tally(), Tally()
        seconds: list[float] = []
        for position, document in enumerate(documents):
            start = self.clock()
            found = self._engine.match_one(document)
            seconds.append(self.clock() - start)
            single.add(found, [position] * len(found))
        for pairs in self._engine.match(documents):
            together.add(*pairs)
        if single != together:
            raise ValueError(f"one by one {single} is found, but {together} in a batch")
        return Times.of(seconds)

    def time_adding(self, more: Sequence[Search], awards: Sequence[Award]) -> tuple[Times, float]:
        """Add searches, and look whether they are found at once and right, as the oracle does.

        The second result says how many milliseconds more the first match costs after an add than
        the next one: what adding may have put off. Raise ValueError if one is not found.
        """
        before = len(self._engine)
        document = features_of(awards[0])
        seconds: list[float] = []
        put_off: list[float] = []
        for number, search in enumerate(more):
            query = query_of(search)
            start = self.clock()
            self._engine.add(before + number, query)
            seconds.append(self.clock() - start)
            if number % LOOKED_AT_EVERY == 0:
                first, second = self._time_one(document), self._time_one(document)
                put_off.append(first - second)
        self._compare_added(before, more, awards[:JUDGED])
        return Times.of(seconds), 1_000 * sorted(put_off)[len(put_off) // 2]

    def _time_one(self, document: Features) -> float:
        start = self.clock()
        self._engine.match_one(document)
        return self.clock() - start

    def _compare_added(self, before: int, more: Sequence[Search], awards: Sequence[Award]) -> None:
        oracle = Naive()
        oracle.load(more)
        oracle.take(awards)
        expected, found = Tally(), Tally()
        for pairs in oracle.match():
            expected.add(*pairs)
        for position, award in enumerate(awards):
            ids = self._engine.match_one(features_of(award))
            added = [search_id - before for search_id in ids if search_id >= before]
            found.add(added, [position] * len(added))
        if found != expected:
            raise ValueError(f"of the added searches {found} is found, {expected} by the oracle")


def _warm_up(kernel: KernelName) -> None:
    """Let a kernel be compiled, which happens once a machine and counts for nobody."""
    engine = Engine(kernel)
    one, two = Phrase(ALL_TEXT, ("one",)), Phrase(ALL_TEXT, ("two", "three", "four"))
    filters = Filters(state=("AZ",), fy=(2024, 2026))
    for number, text in enumerate((one, two, And((one, Not(two))), Or((one, two)))):
        engine.add(number, query_of(Search(text, filters)))
    document = features_of(Award([["one", "two", "three"]], state="AZ", fy=2025))
    for _ in engine.match([document]):
        engine.match_one(document)
