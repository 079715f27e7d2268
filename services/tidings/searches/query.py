"""A search as values: leaves that hold on a document or not, joined by AND, OR and NOT (pure)."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

ALL_TEXT = "text"
"""The field of a word that stands alone: title, abstract and terms."""


class TextField(StrEnum):
    """Fields that are searched word by word."""

    TITLE = "title"
    ABSTRACT = "abstract"
    TERMS = "terms"
    CATEGORY = "category"
    PI = "pi"
    ORG = "org"
    CITY = "city"
    COUNTRY = "country"


class ValueField(StrEnum):
    """Fields that hold one of a few values, compared whole."""

    STATE = "state"
    IC = "ic"
    ACTIVITY = "activity"
    PROJECT = "project"
    CHANGE = "change"
    SEVERITY = "severity"


class NumberField(StrEnum):
    """Fields that are compared as numbers: a year, whole US dollars."""

    FY = "fy"
    AMOUNT = "amount"


class DateField(StrEnum):
    """Fields that are compared as days, which are numbers, too: ``date.toordinal()``."""

    START = "start"
    END = "end"


Operator = Literal["=", "<", "<=", ">", ">="]
ABOUT_CHANGES = frozenset({ValueField.CHANGE, ValueField.SEVERITY})
"""Fields of what just happened to an award, not of the award."""


@dataclass(frozen=True)
class Word:
    """A word in any of its inflections."""

    field: str
    word: str


@dataclass(frozen=True)
class Phrase:
    """Words as they are, one beside the other; a quoted word is a phrase of one."""

    field: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Prefix:
    """Every word that begins so."""

    field: str
    prefix: str


@dataclass(frozen=True)
class Value:
    """A field that has this value; upper and lower case are the same."""

    field: ValueField
    value: str


@dataclass(frozen=True)
class Comparison:
    """A number, or a day, that compares so; a record without one fits no comparison."""

    field: NumberField | DateField
    operator: Operator
    number: int


@dataclass(frozen=True)
class Near:
    """The record's own coordinates are at most so far from a place.

    ``place`` is a name of searches.places, such as ``SCOTTSDALE, AZ``; ``miles`` are statute miles.
    """

    place: str
    miles: int


@dataclass(frozen=True)
class Not:
    """What must not hold."""

    part: "Query"


@dataclass(frozen=True)
class And:
    """All of the parts hold."""

    parts: tuple["Query", ...]


@dataclass(frozen=True)
class Or:
    """One of the parts holds, or several."""

    parts: tuple["Query", ...]


Leaf = Word | Phrase | Prefix | Value | Comparison | Near
Query = Leaf | Not | And | Or


def leaves(query: Query) -> Iterator[Leaf]:
    """Return the leaves of a query in their order."""
    match query:
        case Not(part):
            yield from leaves(part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from leaves(part)
        case _:
            yield query


def is_bounded(query: Query) -> bool:
    """Say whether something must hold for the query to hold: ``NOT cancer`` finds all the rest."""
    match query:
        case Not():
            return False
        case And(parts):
            return any(map(is_bounded, parts))
        case Or(parts):
            return all(map(is_bounded, parts))
        case _:
            return True


def is_about_changes(query: Query) -> bool:
    """Say whether the query asks what happened: it then finds changes, not new studies."""
    return any(isinstance(leaf, Value) and leaf.field in ABOUT_CHANGES for leaf in leaves(query))
