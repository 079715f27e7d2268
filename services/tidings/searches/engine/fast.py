"""The kernel that is compiled: the graph is arrays, a row of it 512 bits."""

from array import array
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tidings.searches.engine import compiled
from tidings.searches.engine.kernel import (
    NO_NUMBER,
    TRUE,
    Chunk,
    Pairs,
    integers,
)

NOTHING = -1
WORD_BITS = 64
LEAF, ALL, ANY = 0, 1, 2
FEWEST_PLACES = 1 << 10

Array = NDArray[Any]


class FastTable:
    """The words of one field: chains of leaves by word, and a trie of phrases in a hash table."""

    def __init__(self) -> None:
        self._heads = array("i", (NOTHING,))
        self._links = integers()
        self._begun = array("i", (NOTHING,))
        self._leaf_at = integers()
        self._keys: Array = np.zeros(FEWEST_PLACES, np.uint64)
        self._values: Array = np.zeros(FEWEST_PLACES, np.int32)
        self._steps = 0

    def grow(self, word: int) -> None:
        """Make room for a word that is new."""
        self._heads.append(NOTHING)
        self._begun.append(NOTHING)

    def attach(self, word: int, leaf: int) -> None:
        """Let a word make a leaf true."""
        self._links.extend((leaf, self._heads[word]))
        self._heads[word] = len(self._links) // 2 - 1

    def attach_phrase(self, words: Sequence[int], leaf: int) -> None:
        """Let words, one beside the other, make a leaf true."""
        entry = self._begun[words[0]]
        if entry == NOTHING:
            entry = self._begun[words[0]] = self._new_entry()
        for word in words[1:]:
            entry = self._step(entry, word)
        self._leaf_at[entry] = leaf

    def mark(self, rows: Array, words: Sequence[int], starts: Sequence[int]) -> None:
        """Set the bits of the leaves that the documents' words make true."""
        table = (
            _view(self._heads),
            _view(self._links).reshape(-1, 2),
            _view(self._begun),
            self._keys,
            self._values,
            _view(self._leaf_at),
        )
        compiled.mark_words(rows, np.array(words, np.int32), np.array(starts, np.int32), table)

    def _new_entry(self) -> int:
        self._leaf_at.append(NOTHING)
        return len(self._leaf_at) - 1

    def _step(self, entry: int, word: int) -> int:
        key = np.uint64((entry << 32) | word)
        place = compiled.place_of(self._keys, key)
        if not self._keys[place]:
            if 2 * self._steps >= len(self._keys):
                self._make_room()
                place = compiled.place_of(self._keys, key)
            self._steps += 1
            self._keys[place], self._values[place] = key, self._new_entry()
        return int(self._values[place])

    def _make_room(self) -> None:
        keys: Array = np.zeros(4 * len(self._keys), np.uint64)
        values: Array = np.zeros(len(keys), np.int32)
        compiled.rehash(self._keys, self._values, keys, values)
        self._keys, self._values = keys, values


class FastKernel:
    """The graph as arrays that grow at their ends."""

    chunk = 512

    def __init__(self) -> None:
        self._kinds = array("b", (LEAF, LEAF))
        self._starts = array("i", (0, 0, 0))
        self._parts = integers()
        self._roots = integers()
        self._ids = integers()
        self._rows: Array = np.empty((0, 0), np.uint64)
        self._bytes: Array = np.empty((0, 0), np.uint8)

    def new_table(self) -> FastTable:
        """Return a table of words."""
        return FastTable()

    def add_leaf(self) -> int:
        """Return the number of a new leaf."""
        return self._add(LEAF, ())

    def add_all(self, positive: Sequence[int], negative: Sequence[int]) -> int:
        """Return a new node that is ``positive`` and not ``negative``."""
        return self._add(ALL, (*positive, *(~part for part in negative)))

    def add_any(self, parts: Sequence[int]) -> int:
        """Return a new node that is one of the parts."""
        return self._add(ANY, parts)

    def _add(self, kind: int, parts: Sequence[int]) -> int:
        self._kinds.append(kind)
        self._parts.extend(parts)
        self._starts.append(len(self._parts))
        return len(self._kinds) - 1

    def add_root(self, node: int, search_id: int) -> None:
        """Let a node stand for a search."""
        self._roots.append(node)
        self._ids.append(search_id)

    def match(self, chunk: Chunk, start: int) -> Pairs:
        """Return which searches hold on which documents."""
        width = -(-chunk.size // WORD_BITS)
        if len(self._rows) < len(self._kinds) or self._rows.shape[1] != width:
            self._rows = np.empty((len(self._kinds) * 9 // 8, width), np.uint64)
        rows = self._rows
        compiled.clear_leaves(rows, _view(self._kinds))
        rows[TRUE] = _first_bits(chunk.size, width)
        self._decide(rows, chunk)
        return compiled.pairs_of(rows, _view(self._roots), _view(self._ids), start)

    def match_one(self, chunk: Chunk) -> list[int]:
        """Return the searches that hold on the one document."""
        if len(self._bytes) < len(self._kinds):
            self._bytes = np.empty((len(self._kinds) * 9 // 8, 1), np.uint8)
        rows = self._bytes
        rows[: len(self._kinds), 0] *= _view(self._kinds) != LEAF
        rows[TRUE] = 1
        self._decide(rows, chunk)
        holds = rows[_view(self._roots), 0]
        return _view(self._ids)[holds.nonzero()[0]].tolist()

    def _decide(self, rows: Array, chunk: Chunk) -> None:
        for text in chunk.texts:
            text.table.mark(rows, text.words, text.starts)
        for bounds, numbers in chunk.numbers:
            values = _view(numbers)
            denied = np.where(values == NO_NUMBER, NO_NUMBER, -values)
            floors, ceilings = _view(bounds.floors), _view(bounds.ceilings)
            compiled.mark_floors(rows, values, floors, _view(bounds.floor_leaves))
            compiled.mark_floors(rows, denied, -ceilings, _view(bounds.ceiling_leaves))
        compiled.mark_leaves(rows, _view(chunk.leaves), _view(chunk.documents))
        compiled.evaluate(rows, _view(self._kinds), _view(self._starts), _view(self._parts))


def _view(numbers: "array[int]") -> Array:
    """Return the same numbers for numpy; the array cannot grow while the view is there."""
    return np.frombuffer(numbers, numbers.typecode) if numbers else np.empty(0, numbers.typecode)


def _first_bits(count: int, width: int) -> Array:
    bits = np.zeros(width * WORD_BITS, np.uint8)
    bits[:count] = 1
    return np.packbits(bits, bitorder="little").view(np.uint64)
