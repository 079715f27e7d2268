"""What every engine of the benchmark is given: searches and awards, in no engine's own form."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from tidings.searches.engine import Features
from tidings.searches.query import (
    ALL_TEXT,
    And,
    Comparison,
    NumberField,
    Or,
    Phrase,
    Query,
    TextField,
    Value,
    ValueField,
)

SEPARATOR = "qqsep"
"""Stands between passages in peers that know one text only; no text and no search has it."""

Range = tuple[int, int]
"""The least and the greatest number that fit."""

Pairs = tuple[Any, Any]
"""Numbers of searches and positions of awards, equally long: lists, arrays or numpy's."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What an award must be besides its text; of a tuple one must fit, an empty one asks nothing.

    Organisations and investigators are numbers, which peers compare as such.
    """

    state: tuple[str, ...] = ()
    ic: tuple[str, ...] = ()
    activity: tuple[str, ...] = ()
    org: tuple[int, ...] = ()
    pi: tuple[int, ...] = ()
    fy: Range | None = None
    amount: Range | None = None


NO_FILTERS = Filters()


@dataclass(frozen=True, slots=True)
class Search:
    """A query of the text, which is of Phrase, Prefix, And, Or and Not, and filters beside it.

    NOT stands only in an AND that has a part that must hold, as every peer can say that.
    """

    text: Query | None
    filters: Filters = NO_FILTERS


@dataclass(frozen=True, slots=True)
class Award:
    """An award as lists of words, with what filters look at."""

    passages: Sequence[Sequence[str]]
    state: str | None = None
    ic: str | None = None
    activity: str | None = None
    org: int | None = None
    pis: tuple[int, ...] = ()
    fy: int | None = None
    amount: int | None = None

    def words(self) -> Iterator[str]:
        """Return all words in their order, with a separator between passages."""
        for number, passage in enumerate(self.passages):
            if number:
                yield SEPARATOR
            yield from passage


@dataclass(slots=True)
class Batch:
    """Awards to match, other ones, and the CPU seconds that making words of their texts took."""

    awards: list[Award]
    others: list[Award]
    tokenising: float = 0.0
    facts: dict[str, Any] = field(default_factory=dict[str, Any])


class Workload(Protocol):
    """Where searches and awards come from; the same each time it is asked."""

    def awards(self, count: int, others: int) -> Batch:
        """Return so many awards and others, or as many as there are."""
        ...

    def searches(self) -> Iterable[Search]:
        """Return searches without end, no two alike; only after ``awards``, but not for others."""
        ...


def query_of(search: Search) -> Query:
    """Return a search as ours."""
    parts = list(_clauses(search))
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def features_of(award: Award) -> Features:
    """Return an award as ours; words are not copied."""
    values = ((ValueField.STATE, award.state), (ValueField.IC, award.ic))
    known = [*values, (ValueField.ACTIVITY, award.activity)]
    numbers = {NumberField.FY: award.fy, NumberField.AMOUNT: award.amount}
    texts: dict[str, Sequence[Sequence[str]]] = {ALL_TEXT: award.passages}
    if award.org is not None:
        texts[TextField.ORG] = [[_org(award.org)]]
    if award.pis:
        texts[TextField.PI] = [[_pi(one)] for one in award.pis]
    return Features(
        texts,
        values=[(name, value) for name, value in known if value is not None],
        numbers={name: number for name, number in numbers.items() if number is not None},
    )


def _clauses(search: Search) -> Iterator[Query]:
    match search.text:
        case None:
            pass
        case And(parts):
            yield from parts
        case text:
            yield text
    filters = search.filters
    choices: Iterable[list[Query]] = (
        [Value(ValueField.STATE, one) for one in filters.state],
        [Value(ValueField.IC, one) for one in filters.ic],
        [Value(ValueField.ACTIVITY, one) for one in filters.activity],
        [Phrase(TextField.ORG, (_org(one),)) for one in filters.org],
        [Phrase(TextField.PI, (_pi(one),)) for one in filters.pi],
    )
    for choice in choices:
        if choice:
            yield choice[0] if len(choice) == 1 else Or(tuple(choice))
    for name, limits in ((NumberField.FY, filters.fy), (NumberField.AMOUNT, filters.amount)):
        if limits:
            yield Comparison(name, ">=", limits[0])
            yield Comparison(name, "<=", limits[1])


def _org(number: int) -> str:
    return f"org{number}"


def _pi(number: int) -> str:
    return f"pi{number}"
