"""Searches as JSON trees: what is stored beside the text, ten times as quick to read (pure)."""

from typing import Any, cast

from tidings.searches.query import (
    And,
    Comparison,
    DateField,
    Near,
    Not,
    NumberField,
    Or,
    Phrase,
    Prefix,
    Query,
    Value,
    ValueField,
    Word,
)

Tree = list[Any]
"""A tag and what it joins: ``["&", ["w", "title", "tumor"], [">=", "fy", 2024]]``."""

_DAYS = frozenset(DateField)


def to_tree(query: Query) -> Tree:
    """Return a query as a tree of lists, texts and numbers."""
    match query:
        case And(parts):
            return ["&", *map(to_tree, parts)]
        case Or(parts):
            return ["|", *map(to_tree, parts)]
        case Not(part):
            return ["!", to_tree(part)]
        case Word(field, word):
            return ["w", field, word]
        case Phrase(field, words):
            return ["p", field, *words]
        case Prefix(field, prefix):
            return ["*", field, prefix]
        case Value(field, value):
            return [":", field.value, value]
        case Comparison(field, operator, number):
            return [operator, field.value, number]
        case Near(place, miles):
            return ["@", place, miles]


def from_tree(tree: Tree) -> Query:
    """Return the query that a tree says; the inverse of ``to_tree``."""
    tag, *rest = tree
    match tag:
        case "&":
            return And(tuple(map(from_tree, rest)))
        case "|":
            return Or(tuple(map(from_tree, rest)))
        case "!":
            return Not(from_tree(rest[0]))
        case "@":
            return Near(*rest)
        case _:
            return _leaf(tag, *rest)


def _leaf(tag: str, field: str, *rest: Any) -> Query:
    match tag:
        case "w":
            return Word(field, rest[0])
        case "p":
            return Phrase(field, cast("tuple[str, ...]", rest))
        case "*":
            return Prefix(field, rest[0])
        case ":":
            return Value(ValueField(field), rest[0])
        case "=" | "<" | "<=" | ">" | ">=":
            kind = DateField if field in _DAYS else NumberField
            return Comparison(kind(field), tag, rest[0])
        case _:
            raise ValueError(f"no part of a search is written {tag!r}")
