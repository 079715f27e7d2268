"""The kernel that is Python alone: a row of the graph is one large integer, a bit a document."""

from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate, compress, pairwise
from typing import Any, NamedTuple

from tidings.searches.engine.kernel import (
    NO_NUMBER,
    TRUE,
    Bounds,
    Chunk,
    Pairs,
    integers,
)

NOTHING = -1
UNKNOWN, HOLDS, FAILS = 0, 1, 2
FEW = 4
"""Bits of a row up to which they are looked for one by one, and not byte by byte."""


@dataclass(slots=True)
class _Entry:
    """The phrases that begin with the same words: the one that ends here, and those that go on."""

    leaf: int | None = None
    then: "dict[int, _Entry]" = field(default_factory=dict[int, "_Entry"])


class PureTable:
    """The words of one field: leaves by word, and a trie of phrases."""

    def __init__(self) -> None:
        self.leaves: list[tuple[int, ...]] = [()]
        self.phrases: dict[tuple[int, int], _Entry] = {}

    def grow(self, word: int) -> None:
        """Make room for a word that is new."""
        self.leaves.append(())

    def attach(self, word: int, leaf: int) -> None:
        """Let a word make a leaf true."""
        self.leaves[word] += (leaf,)

    def attach_phrase(self, words: Sequence[int], leaf: int) -> None:
        """Let words, one beside the other, make a leaf true."""
        entry = self.phrases.setdefault((words[0], words[1]), _Entry())
        for word in words[2:]:
            entry = entry.then.setdefault(word, _Entry())
        entry.leaf = leaf

    def rows(self, words: list[int], starts: Sequence[int]) -> dict[int, int]:
        """Return the rows of the leaves that the documents' words make true."""
        of_words: defaultdict[int, int] = defaultdict(int)
        rows: defaultdict[int, int] = defaultdict(int)
        for position, (start, stop) in enumerate(pairwise(starts)):
            bit = 1 << position
            here = words[start:stop]
            for word in set(here):
                of_words[word] |= bit
            for leaf in self._phrases_in(here):
                rows[leaf] |= bit
        for word, row in of_words.items():
            for leaf in self.leaves[word]:
                rows[leaf] |= row
        return rows

    def _phrases_in(self, words: Sequence[int]) -> set[int]:
        found: set[int] = set()
        entries = list(map(self.phrases.get, pairwise(words)))
        for at, entry in compress(enumerate(entries, start=2), entries):
            found.update(_phrases(entry, words, at))
        return found


def _phrases(entry: "_Entry | None", words: Sequence[int], at: int) -> Iterator[int]:
    """Return the leaves on the way on from an entry, the next word being at ``at``."""
    while entry is not None:
        if entry.leaf is not None:
            yield entry.leaf
        entry = entry.then.get(words[at]) if entry.then and at < len(words) else None
        at += 1


class _Join(NamedTuple):
    """An AND of ``first``, ``others`` and what must not hold; or an OR of ``others`` alone."""

    node: int
    first: int
    others: tuple[int, ...]
    negative: tuple[int, ...]


class PureKernel:
    """The graph as Python lists."""

    chunk = 2048

    def __init__(self) -> None:
        self._joins: list[_Join] = []
        self._roots: list[int] = []
        self._ids = integers()
        self._join_at: list[_Join | None] = [None] * (TRUE + 1)
        self._ands_above: list[list[_Join] | None] = [None] * (TRUE + 1)
        self._ors_above: list[list[int] | None] = [None] * (TRUE + 1)
        self._roots_at: list[list[int] | None] = [None] * (TRUE + 1)
        self._is_watched = bytearray(TRUE + 1)

    def new_table(self) -> PureTable:
        """Return a table of words."""
        return PureTable()

    def add_leaf(self) -> int:
        """Return the number of a new leaf."""
        return self._grow(None)

    def add_all(self, positive: Sequence[int], negative: Sequence[int]) -> int:
        """Return a new node that is ``positive`` and not ``negative``."""
        return self._add(positive[0], positive[1:], negative)

    def add_any(self, parts: Sequence[int]) -> int:
        """Return a new node that is one of the parts."""
        return self._add(NOTHING, parts, ())

    def _add(self, first: int, others: Sequence[int], negative: Sequence[int]) -> int:
        join = _Join(len(self._join_at), first, tuple(others), tuple(negative))
        self._joins.append(join)
        return self._grow(join)

    def _grow(self, join: _Join | None) -> int:
        self._join_at.append(join)
        self._ands_above.append(None)
        self._ors_above.append(None)
        self._roots_at.append(None)
        self._is_watched.append(False)
        return len(self._join_at) - 1

    def add_root(self, node: int, search_id: int) -> None:
        """Let a node stand for a search."""
        self._roots.append(node)
        self._ids.append(search_id)
        _append(self._roots_at, node, search_id)
        self._watch(node)

    def _watch(self, node: int) -> None:
        """Let a node be looked at when something below it holds.

        Parts that only others decide upon are not: what a search asks beside its first part.
        """
        join = self._join_at[node]
        if join is None or self._is_watched[node]:
            return
        self._is_watched[node] = True
        if join.first == NOTHING:
            for part in join.others:
                _append(self._ors_above, part, node)
                self._watch(part)
        else:
            _append(self._ands_above, join.first, join)
            self._watch(join.first)

    def match(self, chunk: Chunk, start: int) -> Pairs:
        """Return which searches hold on which documents."""
        rows = [0] * len(self._join_at)
        rows[TRUE] = (1 << chunk.size) - 1
        for leaf, row in _rows(chunk).items():
            rows[leaf] = row
        for node, first, others, negative in self._joins:
            if first >= 0:
                row = rows[first]
                if not row:
                    continue
                for part in others:
                    row &= rows[part]
                for part in negative:
                    row &= ~rows[part]
            else:
                row = 0
                for part in others:
                    row |= rows[part]
            rows[node] = row
        return self._pairs(rows, range(start, start + chunk.size))

    def _pairs(self, rows: Sequence[int], positions: range) -> Pairs:
        ids, found = integers(), integers()
        size = -(-len(positions) // 8)
        known: dict[int, array[int]] = {}
        held = list(map(rows.__getitem__, self._roots))
        for search_id, row in compress(zip(self._ids, held, strict=True), held):
            ones = known.get(row)
            if ones is None:
                ones = known[row] = array("i", _ones(row, size))
            found.extend(ones)
            ids.extend(array("i", (search_id,)) * len(ones))
        if positions.start:
            found = array("i", map(positions.start.__add__, found))
        return ids, found

    def match_one(self, chunk: Chunk) -> list[int]:
        """Return the searches that hold on one document, deciding only what may hold.

        An OR holds when any of its parts does, an AND is looked at when the first does.
        """
        known = bytearray(len(self._join_at))
        waiting = [TRUE, *_rows(chunk)]
        for leaf in waiting:
            known[leaf] = HOLDS
        reached: set[int] = set()
        found: list[int] = []
        while waiting:
            node = waiting.pop()
            found += self._roots_at[node] or ()
            for above in self._ors_above[node] or ():
                if above not in reached:
                    reached.add(above)
                    known[above] = HOLDS
                    waiting.append(above)
            for join in self._ands_above[node] or ():
                if self._others_hold(join, known):
                    known[join.node] = HOLDS
                    waiting.append(join.node)
        return found

    def _others_hold(self, join: _Join, known: bytearray) -> bool:
        for part in join.others:
            if (known[part] or self._decide(part, known)) == FAILS:
                return False
        return all((known[part] or self._decide(part, known)) != HOLDS for part in join.negative)

    def _decide(self, node: int, known: bytearray) -> int:
        join = self._join_at[node]
        if join is None:  # a leaf that nothing made true
            holds = False
        elif join.first == NOTHING:
            holds = any((known[part] or self._decide(part, known)) == HOLDS for part in join.others)
        else:
            first = known[join.first] or self._decide(join.first, known)
            holds = first == HOLDS and self._others_hold(join, known)
        known[node] = HOLDS if holds else FAILS
        return known[node]


def _append(lists: list[list[Any] | None], at: int, what: Any) -> None:
    there = lists[at]
    if there is None:
        lists[at] = [what]
    else:
        there.append(what)


def _rows(chunk: Chunk) -> dict[int, int]:
    """Return the rows of the leaves that hold somewhere."""
    rows: defaultdict[int, int] = defaultdict(int)
    for text in chunk.texts:
        rows.update(text.table.rows(text.words, text.starts))
    for bounds, numbers in chunk.numbers:
        rows.update(_compared(bounds, numbers))
    for leaf, position in zip(chunk.leaves, chunk.documents, strict=True):
        rows[leaf] |= 1 << position
    return rows


def _compared(bounds: Bounds, numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Return the rows of a field's comparisons, those that hold nowhere left out."""
    order = sorted((number, at) for at, number in enumerate(numbers) if number != NO_NUMBER)
    values = [number for number, _ in order]
    smallest = [0, *accumulate(1 << at for _, at in order)]  # by how many, their row
    for limit, leaf in zip(bounds.floors, bounds.floor_leaves, strict=True):
        if row := smallest[-1] ^ smallest[bisect_left(values, limit)]:
            yield leaf, row
    for limit, leaf in zip(bounds.ceilings, bounds.ceiling_leaves, strict=True):
        if row := smallest[bisect_right(values, limit)]:
            yield leaf, row


def _ones(row: int, size: int) -> list[int]:
    """Return which bits of a row of at most so many bytes are set."""
    ones: list[int] = []
    if row.bit_count() < FEW:
        while row:
            lowest = row & -row
            ones.append(lowest.bit_length() - 1)
            row ^= lowest
        return ones
    data = row.to_bytes(size, "little")
    for table, byte in compress(zip(_bits_of_bytes(), data, strict=False), data):
        ones += table[byte]
    return ones


@cache
def _bits_of_bytes() -> list[list[tuple[int, ...]]]:
    """Return, for each place of a byte in a row and each value of it, the bits that it sets."""
    bits = [[bit for bit in range(8) if byte >> bit & 1] for byte in range(256)]
    return [
        [tuple(8 * place + bit for bit in some) for some in bits]
        for place in range(PureKernel.chunk // 8)
    ]
