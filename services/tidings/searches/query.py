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
    PI = "pi"
    ORG = "org"


class ValueField(StrEnum):
    """Fields that hold one of a few values, compared whole."""

    STATE = "state"
    IC = "ic"
    ACTIVITY = "activity"
    CHANGE = "change"


class NumberField(StrEnum):
    """Fields that are compared as numbers."""

    FY = "fy"
    AMOUNT = "amount"


Operator = Literal["=", "<", "<=", ">", ">="]


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
    """A number that compares so."""

    field: NumberField
    operator: Operator
    number: int


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


Leaf = Word | Phrase | Prefix | Value | Comparison
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
    fields = {leaf.field for leaf in leaves(query)}
    return ValueField.CHANGE in fields
