"""Every saved search against awards, many at once or one at a time (pure)."""

from array import array
from collections.abc import Hashable, Iterator, Sequence
from importlib.util import find_spec
from typing import Literal

from tidings.searches.engine.features import Features, Point
from tidings.searches.engine.graph import Graph, bound
from tidings.searches.engine.kernel import (
    NO_NUMBER,
    NO_WORD,
    Bounds,
    Chunk,
    Kernel,
    Pairs,
    Text,
)
from tidings.searches.engine.lexicon import Lexicon
from tidings.searches.engine.pure import PureKernel
from tidings.searches.places import find_place, miles_between
from tidings.searches.query import Comparison, Leaf, Near, Phrase, Prefix, Query, Value, Word
from tidings.searches.text import stem

KernelName = Literal["fast", "pure"]
WORTH_COMPILING = 5_000


class Engine:
    """Finds the searches that hold on documents, exactly, whatever their number.

    A search can be matched as soon as ``add`` returns. Both kernels give the same results: "pure"
    is Python alone, "fast" is compiled and comes with the extra ``tidings[fast]``, see
    ``kernel_for``. Not safe for several threads at once.
    """

    def __init__(self, kernel: KernelName = "pure") -> None:
        self._kernel = _make_kernel(kernel)
        self._graph = Graph(self._kernel, self._attach)
        self._lexicons: dict[str, Lexicon] = {}
        self._values: dict[Hashable, int] = {}
        self._bounds: dict[str, Bounds] = {}
        self._reaches: list[tuple[Point, int, int]] = []
        self._within: dict[Point, array[int]] = {}
        self._searches = 0

    def __len__(self) -> int:
        """Return how many searches there are."""
        return self._searches

    def add(self, search_id: int, query: Query) -> None:
        """Add a search, which must not be there yet; ids are 32-bit integers."""
        self._kernel.add_root(self._graph.add(query), search_id)
        self._searches += 1

    def match(self, documents: Sequence[Features]) -> Iterator[Pairs]:
        """Return, for a part of the documents at a time, which searches hold on which of them.

        Each part is two sequences of integers, equally long: search ids, and positions in
        ``documents``; in no order, and no pair twice.
        """
        size = self._kernel.chunk
        for start in range(0, len(documents), size):
            chunk = self._chunk(documents[start : start + size])
            yield self._kernel.match(chunk, start)

    def pairs(self, documents: Sequence[Features]) -> Iterator[tuple[int, int]]:
        """Return the pairs of a search's id and the position of a document, one by one."""
        if len(documents) == 1:
            yield from ((search_id, 0) for search_id in self.match_one(documents[0]))
            return
        for ids, positions in self.match(documents):
            yield from zip(map(int, ids), map(int, positions), strict=True)

    def match_one(self, document: Features) -> list[int]:
        """Return the ids of the searches that hold on one document, in no order."""
        return self._kernel.match_one(self._chunk((document,)))

    def _attach(self, leaf: Leaf, number: int) -> None:
        """Note what makes a new leaf true."""
        match leaf:
            case Word(field, word):
                self._lexicon(field).add_stem(stem(word), number)
            case Phrase(field, words):
                self._lexicon(field).add_phrase(words, number)
            case Prefix(field, prefix):
                self._lexicon(field).add_prefix(prefix, number)
            case Value(field, value):
                self._values[field, value] = number
            case Comparison(field, operator, limit):
                self._attach_number(field, operator, limit, number)
            case Near(place, miles):
                self._attach_place(place, miles, number)

    def _attach_number(self, field: str, operator: str, limit: int, number: int) -> None:
        bounds = self._bounds.setdefault(field, Bounds())
        operator, limit = bound(operator, limit)
        if operator == "=":
            self._values[field, limit] = number
        elif operator == ">=":
            bounds.floors.append(limit)
            bounds.floor_leaves.append(number)
        else:
            bounds.ceilings.append(limit)
            bounds.ceiling_leaves.append(number)

    def _attach_place(self, name: str, miles: int, number: int) -> None:
        place = find_place(name)
        if place is not None:  # else nothing is near it
            self._reaches.append((place.point, miles, number))
            self._within.clear()

    def _lexicon(self, field: str) -> Lexicon:
        if field not in self._lexicons:
            self._lexicons[field] = Lexicon(self._kernel.new_table())
        return self._lexicons[field]

    def _chunk(self, documents: Sequence[Features]) -> Chunk:
        """Return what documents hold that some search asks for."""
        chunk = Chunk(len(documents))
        for field, lexicon in self._lexicons.items():
            chunk.texts.append(_read_text(field, lexicon, documents))
        for field, bounds in self._bounds.items():
            numbers = array("q", (one.numbers.get(field, NO_NUMBER) for one in documents))
            chunk.numbers.append((bounds, numbers))
        for position, document in enumerate(documents):
            leaves = self._leaves_of_values(document)
            chunk.leaves.extend(leaves)
            chunk.documents.extend(array("i", (position,)) * len(leaves))
        return chunk

    def _leaves_of_values(self, document: Features) -> list[int]:
        known = self._values
        leaves = [known[pair] for pair in document.values if pair in known]
        leaves += [known[pair] for pair in document.numbers.items() if pair in known]
        if self._reaches and document.point is not None:
            leaves += self._places_around(document.point)
        return leaves

    def _places_around(self, point: Point) -> "array[int]":
        if point not in self._within:
            self._within[point] = array(
                "i",
                (
                    number
                    for place, miles, number in self._reaches
                    if miles_between(place, point) <= miles
                ),
            )
        return self._within[point]


def _read_text(field: str, lexicon: Lexicon, documents: Sequence[Features]) -> Text:
    text = Text(lexicon.table)
    words, number_of = text.words, lexicon.__getitem__
    for document in documents:
        for passage in document.texts.get(field, ()):
            words.extend(map(number_of, passage))
            words.append(NO_WORD)
        text.starts.append(len(words))
    return text


def kernel_for(searches: int) -> KernelName:
    """Return the kernel that so many searches are best matched by.

    The compiled one is worth the seconds until it is ready from some thousand searches on.
    """
    return "fast" if searches >= WORTH_COMPILING and find_spec("numba") is not None else "pure"


def _make_kernel(name: KernelName) -> Kernel:
    if name == "pure":
        return PureKernel()
    from tidings.searches.engine.fast import FastKernel  # noqa: PLC0415 - an extra, seldom there

    return FastKernel()
