"""Where in the text of a search a clause stands that names may be added to (pure).

The language has one parser, which is not asked for positions. So a clause is found by trial: put
a marker in its place, parse, and look where the marker stands. It is a clause of its own exactly
when the query, with the clause put back for the marker, is the query that was typed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

from tidings.errors import QueryError
from tidings.searches.canonical import canonical_form
from tidings.searches.grammar import parse
from tidings.searches.query import (
    ALL_TEXT,
    And,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    TextField,
    Word,
)
from tidings.searches.text import stem, words

FIELDS = frozenset({ALL_TEXT, TextField.TITLE, TextField.ABSTRACT, TextField.TERMS})
"""Fields that speak of conditions."""

MOST_WORDS = 12
"""Words typed side by side that are looked up together."""

_TOKEN = re.compile(r'"[^"]*"|[^\s()":<>=]+|[():<>=]')


@dataclass(frozen=True)
class Span:
    """A part [start, end) of a search's text that may be a clause, and its words."""

    start: int
    end: int
    words: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """A clause that may hold by other words as well.

    ``instead`` are the clauses of the OR that it stands in, itself the first; ``group`` tells that
    OR from the others.
    """

    span: Span
    field: str
    instead: tuple[Query, ...]
    group: tuple[int, ...]
    around: Query
    marker: str

    @property
    def is_in_or(self) -> bool:
        """Whether it stands in an OR already."""
        return len(self.instead) > 1

    def with_others(self, others: tuple[Query, ...]) -> Query:
        """Return the whole query in which these clauses, too, may hold in its place."""
        return _put(self.around, self.marker, Or((self.instead[0], *others)))


class _Found(NamedTuple):
    """The field of the marker, whether it must not hold, the other clauses of its OR.

    ``way`` leads from the query that was looked at to that OR; None when there is none.
    """

    field: str
    is_negated: bool = False
    others: tuple[Query, ...] = ()
    way: tuple[int, ...] | None = None


def spans(text: str) -> Iterator[Span]:
    """Return the phrases of a search, and the words that stand side by side, alone or together."""
    tokens = list(_TOKEN.finditer(text))
    run: list[re.Match[str]] = []
    for index, token in enumerate(tokens):
        after = tokens[index + 1].group() if index + 1 < len(tokens) else ""
        if _is_bare_word(token.group()) and after not in {":", "<", ">", "="}:
            run.append(token)
            continue
        yield from _within(run)
        run = []
        if token.group().startswith('"') and (found := words(token.group())):
            yield Span(*token.span(), found)
    yield from _within(run)


def _is_bare_word(token: str) -> bool:
    return token not in {"AND", "OR", "NOT"} and "*" not in token and words(token) != ()


def _within(run: list[re.Match[str]]) -> Iterator[Span]:
    read = [words(token.group()) for token in run]
    for first in range(len(run)):
        together: tuple[str, ...] = ()
        for last in range(first, len(run)):
            together += read[last]
            if len(together) > MOST_WORDS:
                break
            yield Span(run[first].start(), run[last].end(), together)


def place_of(text: str, query: Query, span: Span) -> Place | None:
    """Return the place of a clause; None when names cannot be added to it.

    That is so for a part of a clause, for what is no text of a study, and for what must not hold:
    more names under a NOT would find less.
    """
    marker = _unused(text)
    clause = text[span.start : span.end]
    try:
        around = parse(f"{text[: span.start]}{marker}{text[span.end :]}")
        own = parse(clause)
    except QueryError:
        return None
    found = _find(around, marker)
    if found is None or found.is_negated or found.field not in FIELDS:
        return None
    own = in_field(own, found.field)
    if canonical_form(_put(around, marker, own)) != canonical_form(query):
        return None
    return Place(
        span,
        found.field,
        (own, *found.others),
        (span.start, span.end) if found.way is None else (-1, *found.way),
        around,
        marker,
    )


def _unused(text: str) -> str:
    folded = text.casefold()
    return next(name for number in count() if (name := f"qz{number}") not in folded)


def _find(query: Query, marker: str) -> _Found | None:
    match query:
        case Word(field, word) if word == marker:
            return _Found(field)
        case Not(part):
            found = _find(part, marker)
            return found and found._replace(is_negated=True)
        case And(parts) | Or(parts):
            for at, part in enumerate(parts):
                if (found := _find(part, marker)) is not None:
                    return _seen_from(query, at, found)
        case _:
            pass
    return None


def _seen_from(query: And | Or, at: int, found: _Found) -> _Found:
    """Return what was found in a part as it is seen from the whole; an OR in an OR is one."""
    if isinstance(query, Or) and (found.way == () or isinstance(query.parts[at], Word)):
        others = (*query.parts[:at], *query.parts[at + 1 :])
        return found._replace(others=(*found.others, *others), way=())
    return found if found.way is None else found._replace(way=(at, *found.way))


def _put(query: Query, marker: str, clause: Query) -> Query:
    match query:
        case Word(_, word) if word == marker:
            return clause
        case Not(part):
            return Not(_put(part, marker, clause))
        case And(parts) | Or(parts):
            return type(query)(tuple(_put(part, marker, clause) for part in parts))
        case _:
            return query


def in_field(query: Query, field: str) -> Query:
    """Return a clause of all text as one of a field."""
    match query:
        case Word(_, word):
            return Word(field, word)
        case Phrase(_, phrase):
            return Phrase(field, phrase)
        case And(parts):
            return And(tuple(in_field(part, field) for part in parts))
        case _:
            return query


def covers(query: Query, name: Query) -> bool:
    """Say whether ``query`` finds all that the one clause of a name finds.

    False may mean that it cannot be told.
    """
    match query:
        case And(parts):
            return all(covers(part, name) for part in parts)
        case Or(parts):
            return any(covers(part, name) for part in parts)
        case Word(field) | Phrase(field) | Prefix(field):
            reaches = isinstance(name, Word | Phrase) and field in {ALL_TEXT, name.field}
            return reaches and _covers(query, name)
        case _:
            return False


def _covers(leaf: Word | Phrase | Prefix, name: Query) -> bool:
    match leaf, name:
        case Word(_, word), Word(_, other):
            return stem(word) == stem(other)
        case Word(_, word), Phrase(_, phrase):
            return stem(word) in map(stem, phrase)
        case Prefix(_, prefix), Phrase(_, phrase):
            return any(word.startswith(prefix) for word in phrase)
        case Phrase(_, part), Phrase(_, phrase):
            return f" {' '.join(part)} " in f" {' '.join(phrase)} "
        case _:
            return False
