"""Why a part of a search is not asked of RePORTER, or not all of it (pure)."""

from collections.abc import Mapping

from tidings.rendering.speech import Sayable
from tidings.searches.criteria.lists import Item, item_of
from tidings.searches.criteria.ranges import RANGES, YEARS
from tidings.searches.criteria.text import is_passed_over, is_text
from tidings.searches.query import (
    ABOUT_CHANGES,
    And,
    Comparison,
    Leaf,
    Near,
    Not,
    NumberField,
    Prefix,
    Query,
    TextField,
    Value,
    ValueField,
    leaves,
)

TEXT = "advanced_text_search"
UNSAID = ""
"""The kind of what no criterion can say."""


def kind_of(leaf: Leaf) -> str:
    """Return the criterion that says what a leaf does, or something near it."""
    if is_text(leaf):
        return TEXT
    if isinstance(leaf, Comparison):
        return YEARS if leaf.field is NumberField.FY else RANGES[leaf.field]
    item = item_of(leaf)
    return UNSAID if item is None else item.criterion


def reasons(part: Query, items: Mapping[str, tuple[Item, ...]]) -> list[str]:
    """Say why RePORTER is not asked for a part as it stands; ``items`` are its lists."""
    found = list(leaves(part))
    kinds = {kind_of(leaf) for leaf in found}
    if unsaid := [leaf for leaf in found if kind_of(leaf) == UNSAID or is_passed_over(leaf)]:
        return [_why_unsaid(unsaid[0])]
    if len(kinds) > 1:
        return [Sayable("RePORTER joins criteria of different kinds by AND alone")]
    kind = kinds.pop()
    if kind == TEXT:
        return [_why_not_text(part)]
    if kind == YEARS:
        return [Sayable("it leaves out no year that RePORTER has, or all of them")]
    if kind in RANGES.values():
        return [Sayable("RePORTER takes one range, and no NOT beside it")]
    return _why_not_listed(part, items.get(kind, ()))


def _why_unsaid(leaf: Leaf) -> str:
    match leaf:
        case Near():
            return Sayable("RePORTER does not search by distance")
        case Value(field) if field in ABOUT_CHANGES:
            return Sayable("RePORTER does not say what changed")
        case Value(ValueField.STATE):
            return Sayable("RePORTER names a state by two letters")
        case Value(ValueField.IC):
            return Sayable("RePORTER knows no institute by these letters")
        case Prefix(TextField.CITY | TextField.COUNTRY):
            return Sayable("RePORTER is asked for whole names of places")
        case _ if is_text(leaf):
            return Sayable("RePORTER passes over so frequent words")
        case _:
            return Sayable("RePORTER asks for spending categories by numbers")


def _why_not_text(part: Query) -> str:
    if any(isinstance(leaf, Not) for leaf in _nodes(part)):
        return Sayable(
            "RePORTER reads NOT for sure only beside what must be found in the same fields"
        )
    return Sayable("RePORTER looks for all words of a search in the same fields")


def _why_not_listed(part: Query, items: tuple[Item, ...]) -> list[str]:
    nodes = list(_nodes(part))
    if any(isinstance(node, Not) for node in nodes):
        return [Sayable("RePORTER cannot leave out such values")]
    own = [item for leaf in leaves(part) if (item := item_of(leaf)) is not None]
    if any(isinstance(node, And) for node in nodes) or not set(own) <= set(items):
        return [Sayable("RePORTER takes one list of such values, any of which may fit")]
    return list(dict.fromkeys(one for item in own for one in item.wider))


def _nodes(query: Query) -> list[Query]:
    match query:
        case Not(part):
            return [query, *_nodes(part)]
        case _ if isinstance(query, And):
            return [query, *(node for part in query.parts for node in _nodes(part))]
        case _:
            parts: tuple[Query, ...] = getattr(query, "parts", ())
            return [query, *(node for part in parts for node in _nodes(part))]
