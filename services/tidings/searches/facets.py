"""What a result is made of, field by field, and the searches that keep one part of it (pure)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from tidings.errors import QueryError
from tidings.searches.canonical import canonical_form
from tidings.searches.grammar import MAX_LENGTH, parse
from tidings.searches.query import And, Or, Query
from tidings.searches.states import kept_code
from tidings.searches.writing import written

FIRST, MOST = 8, 40
"""Parts of a field that are shown at once, and that are shown at all."""

_PROBE = "fy=2000"
"""A clause like all that facets add: what is true of it in a text is true of each of them."""


class Field(StrEnum):
    """What studies are told apart by."""

    INSTITUTE = "institute"
    STATE = "state"
    KIND = "kind"
    YEAR = "year"
    END = "end"


RUNNING, ENDED = "running", "ended"
"""The two values of END: the record's end date is today or later, or was before."""


class Traits(NamedTuple):
    """What an award says of itself for each field."""

    institute: str
    state: str
    activity: str
    fiscal_year: int | None
    ends_on: date | None


@dataclass(frozen=True)
class Part:
    """The studies of a result that have one value.

    ``text`` is the search that keeps these alone, or where that is chosen, the search without it:
    empty if nothing else is asked, None if no search can say it.
    """

    value: str
    count: int
    text: str | None
    is_chosen: bool


@dataclass(frozen=True)
class Facet:
    """The parts of a result by one field, the largest first, years the newest first."""

    field: Field
    parts: tuple[Part, ...]
    more: tuple[Part, ...]


def facets_of(
    text: str,
    met: Sequence[Traits],
    sampled: Sequence[Traits] = (),
    *,
    weight: float = 0,
    today: date,
) -> tuple[Facet, ...]:
    """Return what the studies that ``text`` finds are made of.

    Each of ``met`` counts once, each of ``sampled`` as ``weight``. A field by which they cannot be
    told apart is left out, unless the search asks for their one value.
    """
    asked = _Asked(text)
    certain, reckoned = _count(met, today), _count(sampled, today)
    total = len(met) + round(weight * len(sampled))
    found: list[Facet] = []
    for field in Field:
        counts = {
            value: certain[field][value] + round(weight * reckoned[field][value])
            for value in certain[field] | reckoned[field]
        }
        parts = [part for part in _parts(asked, field, counts, today) if part.count]
        if any(part.is_chosen or part.count < total for part in parts):
            found.append(Facet(field, tuple(parts[:FIRST]), tuple(parts[FIRST:MOST])))
    return tuple(found)


def _count(awards: Iterable[Traits], today: date) -> Mapping[Field, Counter[str]]:
    counts: Mapping[Field, Counter[str]] = {field: Counter() for field in Field}
    for one in awards:
        counts[Field.INSTITUTE][one.institute] += 1
        counts[Field.STATE][kept_code(one.state)] += 1
        counts[Field.KIND][one.activity] += 1
        counts[Field.YEAR][str(one.fiscal_year or "")] += 1
        if one.ends_on:
            counts[Field.END][RUNNING if one.ends_on >= today else ENDED] += 1
    return counts


def _parts(asked: "_Asked", field: Field, counts: Mapping[str, int], today: date) -> Iterator[Part]:
    by_size = sorted(counts, key=lambda value: (-counts[value], value))
    for value in sorted(counts, reverse=True) if field is Field.YEAR else by_size:
        clause = clause_of(field, value, today)
        leaf = _leaf(clause) if value else None
        if leaf is not None:
            is_chosen = leaf in asked.parts
            told = asked.without(leaf, clause) if is_chosen else asked.with_(clause)
            yield Part(value, counts[value], told, is_chosen)


def clause_of(field: Field, value: str, today: date) -> str:
    """Return the clause that studies with a value meet."""
    match field:
        case Field.INSTITUTE:
            return f"ic:{value}"
        case Field.STATE:
            return f"state:{value}"
        case Field.KIND:
            return f"activity:{value}"
        case Field.YEAR:
            return f"fy={value}"
        case Field.END:
            return f"end{'>=' if value == RUNNING else '<'}{today.isoformat()}"


@lru_cache(maxsize=1024)
def _leaf(clause: str) -> Query | None:
    """Return the query of a clause; None for a value that no search can ask for."""
    return _parsed(clause)


def _parsed(text: str) -> Query | None:
    try:
        return parse(text)
    except QueryError:
        return None


class _Asked:
    """A search, to which clauses are added and from which they are taken.

    It stays as it was typed where that means the same, and else it is written anew.
    """

    def __init__(self, text: str) -> None:
        query = parse(text)
        self.parts: Sequence[Query] = query.parts if isinstance(query, And) else (query,)
        self._text = text
        self._head = self._openly(query)

    def with_(self, clause: str) -> str | None:
        """Return the search that also asks for this; None where it would be too long."""
        if self._head is None:
            return None
        longer = f"{self._head} AND {clause}"
        return longer if len(longer) <= MAX_LENGTH else None

    def without(self, leaf: Query, clause: str) -> str | None:
        """Return the search that does not ask for this; None where it would find everything."""
        rest = tuple(part for part in self.parts if part != leaf)
        if not rest:
            return ""
        wanted = And(rest) if len(rest) > 1 else next(iter(rest))
        shorter = self._text.replace(f" AND {clause}", "", 1)
        known = shorter if _means(shorter, wanted) else written(wanted)
        return known if _parsed(known) is not None else None

    def _openly(self, query: Query) -> str | None:
        """Return the search as a clause may follow it; None where it has no room for one."""
        for text in (self._text, written(query)):
            head = f"({text})" if isinstance(query, Or) else text
            if _means(f"{head} AND {_PROBE}", And((query, parse(_PROBE)))):
                return head
        return None


def _means(text: str, wanted: Query) -> bool:
    """Say whether a text is a search that finds what ``wanted`` does."""
    found = _parsed(text)
    return found is not None and canonical_form(found) == canonical_form(wanted)
