"""A query as a reader would type it, in one way (pure)."""

from datetime import date

from tidings.searches.query import (
    ALL_TEXT,
    And,
    Comparison,
    DateField,
    Leaf,
    Near,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Value,
    Word,
)


def written(query: Query) -> str:
    """Return the text of a query; parsing it gives a query that finds the same."""
    match query:
        case And(parts):
            return " AND ".join(_grouped(part, Or) for part in parts)
        case Or(parts):
            return " OR ".join(written(part) for part in parts)
        case Not(part):
            return f"NOT {_grouped(part, And, Or)}"
        case _:
            return _leaf(query)


def _leaf(leaf: Leaf) -> str:
    match leaf:
        case Word(field, word):
            return f"{_scope(field)}{word}"
        case Phrase(field, words):
            return f'{_scope(field)}"{" ".join(words)}"'
        case Prefix(field, prefix):
            return f"{_scope(field)}{prefix}*"
        case Value(field, value):
            return f'{field}:"{value}"'
        case Comparison(DateField() as field, operator, number):
            return f"{field}{operator}{date.fromordinal(number).isoformat()}"
        case Comparison(field, operator, number):
            return f"{field}{operator}{number}"
        case Near(place, miles):
            return f'near:"{place}" within {miles}mi'


def _grouped(part: Query, *kinds: type[Query]) -> str:
    return f"({written(part)})" if isinstance(part, kinds) else written(part)


def _scope(field: str) -> str:
    return "" if field == ALL_TEXT else f"{field}:"
