"""All searches as one graph in which nothing stands twice (pure).

What two searches have in common is one node, decided once for both. The part of an AND that seems
to hold most rarely stands first, and decides most of them. What many searches ask for is taken to
hold often: readers ask for what is studied, and a part that few others wait for is cheap to watch.
"""

from array import array
from collections.abc import Callable, Hashable, Iterable

from tidings.searches.engine.kernel import FALSE, TRUE, Kernel
from tidings.searches.query import (
    And,
    Comparison,
    Leaf,
    Not,
    Or,
    Query,
    Word,
)
from tidings.searches.text import stem

OFTEN = 2**40
"""How often a comparison of numbers is taken to hold, however few searches make it."""


class Graph:
    """Gives each distinct part of a search one number; ``~number`` is the part denied."""

    def __init__(self, kernel: Kernel, attach: Callable[[Leaf, int], None]) -> None:
        self._kernel = kernel
        self._attach = attach
        self._leaves: dict[Hashable, int] = {}
        self._joins: dict[bytes, int] = {}
        self._heat = array("q", (0, 2 * OFTEN))

    def add(self, query: Query) -> int:
        """Return the node of a query."""
        return self._plain(self._build(query))

    def _build(self, query: Query) -> int:
        match query:
            case Not(part):
                return ~self._build(part)
            case And(parts):
                return self._all(map(self._build, parts))
            case Or(parts):
                return self._any(self._plain(self._build(part)) for part in parts)
            case _:
                return self._leaf(query)

    def _leaf(self, leaf: Leaf) -> int:
        key = leaf_key(leaf)
        number = self._leaves.get(key)
        if number is None:
            number = self._leaves[key] = self._kernel.add_leaf()
            self._heat.append(OFTEN if isinstance(leaf, Comparison) else 0)
            self._attach(leaf, number)
        self._heat[number] += 1
        return number

    def _all(self, parts: Iterable[int]) -> int:
        distinct = set(parts)
        positive = sorted(one for one in distinct if one >= 0)
        negative = sorted(~one for one in distinct if one < 0)
        if FALSE in positive or TRUE in negative or not distinct.isdisjoint(negative):
            return FALSE
        if len(positive) > 1 and TRUE in positive:
            positive.remove(TRUE)
        if not negative and len(positive) == 1:
            return positive[0]
        positive = positive or [TRUE]
        key = b"&" + array("i", [*positive, *(~one for one in negative)]).tobytes()
        number = self._joins.get(key)
        if number is None:
            positive.sort(key=self._heat.__getitem__)
            number = self._joins[key] = self._kernel.add_all(positive, negative)
            self._heat.append(self._heat[positive[0]])
        return number

    def _any(self, parts: Iterable[int]) -> int:
        distinct = sorted(set(parts) - {FALSE})
        if TRUE in distinct:
            return TRUE
        if len(distinct) < 2:
            return distinct[0] if distinct else FALSE
        key = b"|" + array("i", distinct).tobytes()
        number = self._joins.get(key)
        if number is None:
            number = self._joins[key] = self._kernel.add_any(distinct)
            self._heat.append(sum(self._heat[one] for one in distinct))
        return number

    def _plain(self, part: int) -> int:
        """Return a node that is a part, denied or not."""
        return part if part >= 0 else self._all((part,))


def leaf_key(leaf: Leaf) -> Hashable:
    """Return what is the same for leaves that hold on the same documents."""
    match leaf:
        case Word(field, word):
            return "stem", field, stem(word)
        case Comparison(field, operator, number):
            return ("at", field, *bound(operator, number))
        case _:
            return leaf


def bound(operator: str, number: int) -> tuple[str, int]:
    """Return a comparison of whole numbers as one of ``=``, ``>=`` and ``<=``."""
    match operator:
        case "<":
            return "<=", number - 1
        case ">":
            return ">=", number + 1
        case _:
            return operator, number
