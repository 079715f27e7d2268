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
    return _form(query)[0]


def search_hash(canonical: str) -> str:
    """Return the name of a canonical form: 32 hexadecimal digits."""
    return blake2b(canonical.encode(), digest_size=16).hexdigest()


def _form(query: Query) -> tuple[str, type[Query]]:
    """Return the text, and what stands outermost in it once doubles are gone."""
    match query:
        case And() | Or():
            parts = sorted({_form(part) for part in _flat(query)}, key=lambda form: form[0])
            if len(parts) == 1:
                return parts[0]
            word, kind = (" OR ", Or) if isinstance(query, Or) else (" AND ", And)
            texts = (_grouped(part) if kind is And else part[0] for part in parts)
            return word.join(texts), kind
        case Not(part):
            inner = _form(part)
            text = f"({inner[0]})" if inner[1] is And else _grouped(inner)
            return f"NOT {text}", Not
        case _:
            return _leaf(query), type(query)


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


def _flat(query: And | Or) -> list[Query]:
    kind = type(query)
    return [
        inner
        for part in query.parts
        for inner in (_flat(part) if isinstance(part, And | Or) and type(part) is kind else [part])
    ]


def _grouped(form: tuple[str, type[Query]]) -> str:
    return f"({form[0]})" if form[1] is Or else form[0]


def _scope(field: str) -> str:
    return "" if field == ALL_TEXT else f"{field}:"
