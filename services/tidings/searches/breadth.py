"""Whether a search asks for anything at all (pure)."""

from datetime import date

from tidings.rendering.speech import Sayable
from tidings.searches.query import (
    And,
    Comparison,
    DateField,
    Leaf,
    Not,
    NumberField,
    Or,
    Query,
    leaves,
)

_USUAL = {
    NumberField.FY: (1985, 2100),
    NumberField.AMOUNT: (1, 10**11),
    DateField.START: (date(1970, 1, 1).toordinal(), date(2100, 1, 1).toordinal()),
    DateField.END: (date(1970, 1, 1).toordinal(), date(2100, 1, 1).toordinal()),
}
"""Between these lies what the records of RePORTER hold; it begins with fiscal year 1985."""


def why_too_broad(query: Query) -> str | None:
    """Return why a search would find nearly every record, None when it asks for something.

    It is tried on a record that has none of its words and values: ``NOT cancer`` finds that one.
    """
    if not _finds_the_rest(query):
        return None
    idle = [leaf for leaf in leaves(query) if _says_nothing(leaf)]
    if idle and not any(isinstance(part, Not) for part in _walk(query)):
        return Sayable("This finds nearly everything: every study is within these bounds.")
    return Sayable("This finds nearly everything: say what you look for beside what you do not.")


def _finds_the_rest(query: Query) -> bool:
    match query:
        case Not(part):
            return not _finds_the_rest(part)
        case And(parts):
            return all(map(_finds_the_rest, parts))
        case Or(parts):
            return any(map(_finds_the_rest, parts))
        case _:
            return _says_nothing(query)


def _says_nothing(leaf: Leaf) -> bool:
    if not isinstance(leaf, Comparison):
        return False
    least, most = _USUAL[leaf.field]
    match leaf.operator:
        case ">=":
            return leaf.number <= least
        case ">":
            return leaf.number < least
        case "<=":
            return leaf.number >= most
        case "<":
            return leaf.number > most
        case _:
            return False


def _walk(query: Query) -> list[Query]:
    match query:
        case Not(part):
            return [query, *_walk(part)]
        case And(parts) | Or(parts):
            return [query, *(inner for part in parts for inner in _walk(part))]
        case _:
            return [query]
