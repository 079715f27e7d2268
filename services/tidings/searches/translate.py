"""A search as criteria of RePORTER's, and what they leave out of it (pure).

RePORTER takes a text search, lists of values and ranges, all of which must hold. Each thing that a
search ANDs is asked as far as they go, and what cannot be asked is left out: RePORTER then finds
more, never less, as far as its rules are known. Its text search is taken to seek its words in all
of its fields together, as its help says.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tidings.rendering.speech import Sayable
from tidings.reporter.criteria import Criteria
from tidings.reporter.scope import fiscal_year
from tidings.searches.canonical import canonical_form
from tidings.searches.criteria.lists import Item, is_key, item_of, items_of
from tidings.searches.criteria.ranges import (
    RANGES,
    YEARS,
    interval_of,
    range_query,
    range_value,
    years_of,
)
from tidings.searches.criteria.reasons import TEXT, kind_of, reasons
from tidings.searches.criteria.text import (
    differences,
    places_of,
    search_field,
    search_text,
    text_part,
    widened,
)
from tidings.searches.query import And, Comparison, NumberField, Or, Query, is_bounded, leaves

LISTS = (
    "org_states", "agencies", "activity_codes", "project_nums", "pi_names", "org_names",
    "org_cities", "org_countries",
)  # fmt: skip
"""Criteria that are lists of values, any of which may fit."""

LONGEST_TEXT = 4000
"""Characters; what RePORTER takes is not known, and a search of ours seldom has half of that."""


WHOLE_NUMBERS = Sayable(
    "A project's number is asked for in parts, which a few records do not have."
)
STARRED_NUMBERS = Sayable("Nobody has shown that RePORTER takes a * at the beginning of a number.")


@dataclass(frozen=True)
class Clause:
    """One of the things that a search ANDs; ``asked`` is what the criteria surely say of it.

    None when that is nothing, the part itself when it is all.
    """

    part: Query
    asked: Query | None


@dataclass(frozen=True)
class Translation:
    """What can be asked of RePORTER for a search.

    ``criteria`` is the part of that name of a request for projects; it is empty when nothing can
    be asked, for RePORTER would answer with everything. ``left_out`` says what is not asked, so
    that RePORTER finds more; ``differs`` where its rules may not be ours, so that either may.
    """

    criteria: Mapping[str, Any]
    left_out: tuple[str, ...]
    differs: tuple[str, ...]
    clauses: tuple[Clause, ...]


def translate(query: Query, *, today: date) -> Translation:
    """Return what can be asked of RePORTER; open ranges of years end with that of ``today``."""
    said = _say(query, last_year=fiscal_year(today))
    clauses = tuple(Clause(part, _asked(part, said)) for part in said.parts)
    return Translation(
        criteria=_criteria(said).wire(),
        left_out=tuple(
            Sayable(
                "{clause}: {reasons}.",
                clause=canonical_form(clause.part),
                reasons=reasons(clause.part, said.items),
            )
            for clause in clauses
            if clause.asked != clause.part
        ),
        differs=tuple(_differences(said)),
        clauses=clauses,
    )


@dataclass(frozen=True)
class _Said:
    """What RePORTER can be asked for a query as a whole; ``parts`` are what the query ANDs."""

    parts: tuple[Query, ...]
    text: Query | None
    places: frozenset[str]
    items: Mapping[str, tuple[Item, ...]]
    years: tuple[int, ...] | None
    ranges: Mapping[str, Mapping[str, Any]]
    last_year: int


def _say(query: Query, *, last_year: int) -> _Said:
    # What is of one kind chooses first: of two lists RePORTER takes one.
    parts = tuple(sorted(_conjuncts(query), key=_kinds))
    whole = And(parts)
    text, places = _text(whole)
    lists = {name: items_of(whole, name) for name in LISTS}
    spans = {field: interval_of(whole, field) for field in RANGES}
    values = {field: range_value(field, span) for field, span in spans.items() if span}
    return _Said(
        parts=parts,
        text=text,
        places=places,
        items={name: items for name, items in lists.items() if items},
        years=years_of(whole, last=last_year),
        ranges={RANGES[field]: value for field, value in values.items() if value},
        last_year=last_year,
    )


def _conjuncts(query: Query) -> Iterator[Query]:
    if isinstance(query, And):
        for part in query.parts:
            yield from _conjuncts(part)
    else:
        yield query


def _kinds(part: Query) -> int:
    return len({kind_of(leaf) for leaf in leaves(part)})


def _text(whole: Query) -> tuple[Query | None, frozenset[str]]:
    """Return the text search, and the places it looks in: no more than its words need."""
    first = text_part(whole, places_of(whole))
    places = frozenset[str]() if first is None else places_of(first)
    text = text_part(whole, places)
    return (text, places) if text is not None and is_bounded(text) else (None, frozenset())


def _asked(part: Query, said: _Said) -> Query | None:
    """Return what the criteria surely say of a part."""
    asked = [one for one in _projections(part, said) if one is not None]
    if not asked:
        return None
    return asked[0] if len(asked) == 1 else And(tuple(asked))


def _projections(part: Query, said: _Said) -> Iterator[Query | None]:
    if said.text is not None and (text := text_part(part, said.places)) is not None:
        yield widened(text, said.places)
    if said.years is not None:
        yield _years_query(part, said.last_year)
    for field, name in RANGES.items():
        if name in said.ranges and (interval := interval_of(part, field)) is not None:
            yield part if isinstance(part, Comparison) else range_query(field, interval)
    for name, items in said.items.items():
        if items_of(part, name) == items and not any(item.wider for item in items):
            own = tuple(leaf for leaf in leaves(part) if item_of(leaf) in items)
            yield own[0] if len(own) == 1 else Or(own)


def _years_query(part: Query, last_year: int) -> Query | None:
    kinds = {kind_of(leaf) for leaf in leaves(part)}
    if kinds == {YEARS}:
        return part
    years = years_of(part, last=last_year)
    each = tuple(Comparison(NumberField.FY, "=", year) for year in years or ())
    return Or(each) if each else None


def _criteria(said: _Said) -> Criteria:
    asked: dict[str, Any] = {name: _values(name, items) for name, items in said.items.items()}
    numbers = [item.value for item in said.items.get("project_nums", ())]
    if len(numbers) == 1 and is_key(key := numbers[0].strip("*")):
        del asked["project_nums"]
        asked["project_num_split"] = {"ic_code": key[:2], "serial_num": key[2:]}
    if "agencies" in asked:
        asked["is_agency_admin"] = True
    if said.years is not None:
        asked[YEARS] = said.years
    if said.text is not None:
        asked[TEXT] = {
            "operator": "advanced",
            "search_field": search_field(said.places),
            "search_text": _written(said.text),
        }
    return Criteria.model_validate(asked | dict(said.ranges))


def _values(name: str, items: tuple[Item, ...]) -> list[Any]:
    values = [item.value for item in items]
    return [{"any_name": value} for value in values] if name == "pi_names" else values


def _written(text: Query) -> str:
    written = search_text(text)
    return written if len(written) <= LONGEST_TEXT else search_text(text, spellings=False)


def _differences(said: _Said) -> Iterator[str]:
    if said.text is not None:
        yield from differences(said.text, said.places)
    for items in said.items.values():
        yield from dict.fromkeys(item.differs for item in items if item.differs)
    numbers = said.items.get("project_nums", ())
    if any(item.value[:1] == "*" for item in numbers):
        yield WHOLE_NUMBERS if len(numbers) == 1 else STARRED_NUMBERS
