"""What an engine needs of the part that does the arithmetic, in two versions (pure).

Nodes are numbers. FALSE and TRUE come first, then leaves and joins as they are added; a join is
added after its parts, so that the order of numbers is an order in which all can be decided.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

FALSE, TRUE = 0, 1
NO_WORD = 0
"""Stands between passages, and for what no phrase reaches across."""
NO_NUMBER = -(2**62)

Pairs = tuple[Sequence[int], Sequence[int]]
"""Search ids and positions of documents, equally long."""


def integers() -> "array[int]":
    """Return an empty array of 32-bit integers."""
    return array("i")


def long_integers() -> "array[int]":
    """Return an empty array of 64-bit integers."""
    return array("q")


class Table(Protocol):
    """The words of one field, by number, and what they make true."""

    def attach(self, word: int, leaf: int) -> None:
        """Let a word make a leaf true; word numbers come in their order, from 1."""
        ...

    def grow(self, word: int) -> None:
        """Make room for a word that is new."""
        ...

    def attach_phrase(self, words: Sequence[int], leaf: int) -> None:
        """Let at least two words, one beside the other, make a leaf true."""
        ...


@dataclass(slots=True)
class Bounds:
    """The numbers that one field is compared with; each has a leaf, no number comes twice."""

    floors: "array[int]" = field(default_factory=long_integers)
    floor_leaves: "array[int]" = field(default_factory=integers)
    ceilings: "array[int]" = field(default_factory=long_integers)
    ceiling_leaves: "array[int]" = field(default_factory=integers)


@dataclass(slots=True)
class Text:
    """The words of one field in all documents of a chunk, ``starts`` one longer than those."""

    table: Any
    words: list[int] = field(default_factory=list[int])
    starts: list[int] = field(default_factory=lambda: [0])


@dataclass(slots=True)
class Chunk:
    """Some documents, ready for a kernel.

    ``leaves`` and ``documents`` say what holds of what; ``numbers`` has a value for each document,
    or NO_NUMBER.
    """

    size: int
    texts: list[Text] = field(default_factory=list[Text])
    numbers: "list[tuple[Bounds, array[int]]]" = field(
        default_factory=list["tuple[Bounds, array[int]]"]
    )
    leaves: "array[int]" = field(default_factory=integers)
    documents: "array[int]" = field(default_factory=integers)


class Kernel(Protocol):
    """Keeps the graph in its own form, and evaluates it."""

    chunk: int
    """Documents that it takes at once."""

    def new_table(self) -> Table:
        """Return a table of words for one more field."""
        ...

    def add_leaf(self) -> int:
        """Return the number of a new leaf."""
        ...

    def add_all(self, positive: Sequence[int], negative: Sequence[int]) -> int:
        """Return a new node that holds when all of one kind do and none of the other."""
        ...

    def add_any(self, parts: Sequence[int]) -> int:
        """Return a new node that holds when one of its parts does."""
        ...

    def add_root(self, node: int, search_id: int) -> None:
        """Let a node stand for a search."""
        ...

    def match(self, chunk: Chunk, start: int) -> Pairs:
        """Return which searches hold on which documents, whose positions begin at ``start``."""
        ...

    def match_one(self, chunk: Chunk) -> list[int]:
        """Return the searches that hold on the one document of a chunk."""
        ...
