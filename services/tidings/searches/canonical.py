"""One way to write each search, so that every distinct search is matched once (pure)."""

from hashlib import blake2b

from tidings.searches.query import (
    ALL_TEXT,
    And,
    Comparison,
    Leaf,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Value,
    Word,
)


def canonical_form(query: Query) -> str:
    """Return the text by which searches are compared: order, doubles and nesting are gone.

    It parses to a query that finds the same, and whose canonical form is the same again.
    """
    return _written(_simplified(query))


def search_hash(canonical: str) -> str:
    """Return the name of a canonical form: 32 hexadecimal digits."""
    return blake2b(canonical.encode(), digest_size=16).hexdigest()


def _simplified(query: Query) -> Query:
    """Return the query with nesting, doubles and joins of one part gone, its parts in order."""
    match query:
        case And(parts) | Or(parts):
            kind = type(query)
            flat = [
                inner
                for part in map(_simplified, parts)
                for inner in (part.parts if isinstance(part, kind) else (part,))
            ]
            ordered = [part for _, part in sorted({_written(part): part for part in flat}.items())]
            return ordered[0] if len(ordered) == 1 else kind(tuple(ordered))
        case Not(part):
            inner = _simplified(part)
            return inner.part if isinstance(inner, Not) else Not(inner)
        case _:
            return query


def _written(query: Query) -> str:
    match query:
        case And(parts):
            return " AND ".join(_grouped(part, Or) for part in parts)
        case Or(parts):
            return " OR ".join(_written(part) for part in parts)
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
        case Comparison(field, operator, number):
            return f"{field}{operator}{number}"


def _grouped(part: Query, *kinds: type[Query]) -> str:
    return f"({_written(part)})" if isinstance(part, kinds) else _written(part)


def _scope(field: str) -> str:
    return "" if field == ALL_TEXT else f"{field}:"
