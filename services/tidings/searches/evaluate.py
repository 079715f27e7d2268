"""Whether a search finds a document, and by which of its clauses (pure).

Simple on purpose: it says what is right, and any quicker engine has to agree with it.
"""

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from tidings.searches.canonical import canonical_form
from tidings.searches.document import POINT, Document, Passage
from tidings.searches.places import find_place, miles_between
from tidings.searches.query import (
    ABOUT_CHANGES,
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
from tidings.searches.text import Token, stem

EXCERPT = 160
LEAD = 50
"""Characters of an excerpt, and how many of them stand before what was found."""

_COMPARE: Mapping[str, Callable[[int, int], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class ClauseHit:
    """A clause that held, the field of the record it held on, and where.

    ``spans`` are [start, end) in ``excerpt``, which is at most 160 characters of that field.
    """

    clause: str
    field: str
    excerpt: str
    spans: tuple[tuple[int, int], ...] = ()


def evaluate(query: Query, document: Document) -> tuple[ClauseHit, ...] | None:
    """Return the clauses that held, or None when the query does not find the document."""
    if not holds(query, document):
        return None
    return tuple(dict.fromkeys(_hits(query, document)))


def holds(query: Query, document: Document) -> bool:
    """Say whether the query finds the document."""
    match query:
        case And(parts):
            return all(holds(part, document) for part in parts)
        case Or(parts):
            return any(holds(part, document) for part in parts)
        case Not(part):
            return not holds(part, document)
        case _:
            return _leaf_holds(query, document)


def _leaf_holds(leaf: Leaf, document: Document) -> bool:
    match leaf:
        case Value(field, value):
            return value in document.value(field)[1]
        case Comparison(field, compare, number):
            found = document.number(field)[1]
            return found is not None and _COMPARE[compare](found, number)
        case Near(_, miles):
            away = distance(leaf, document)
            return away is not None and away <= miles
        case Word(field, word):
            return stem(word) in document.stems(field)
        case Prefix(field, prefix):
            return any(word.startswith(prefix) for word in document.words(field))
        case Phrase(field, words):
            there = document.words(field).issuperset(words)
            if not there or len(words) == 1:
                return there
            return any(_stands_in(leaf, passage) for passage in document.passages(field))


def distance(leaf: Near, document: Document) -> float | None:
    """Return how many miles lie between a place and the record; None when one is unknown."""
    place = find_place(leaf.place)
    if place is None or document.point is None:
        return None
    return miles_between(place.point, document.point)


def _stands_in(leaf: Word | Phrase | Prefix, passage: Passage) -> bool:
    if isinstance(leaf, Phrase) and not passage.words.issuperset(leaf.words):
        return False
    return next(_places(leaf, passage), None) is not None


def _places(leaf: Word | Phrase | Prefix, passage: Passage) -> Iterator[tuple[int, int]]:
    """Return the spans of the passage's text that a leaf holds on."""
    tokens = passage.tokens
    match leaf:
        case Word(_, word):
            wanted = stem(word)
            yield from (_span(token) for token in tokens if stem(token.word) == wanted)
        case Prefix(_, prefix):
            yield from (_span(token) for token in tokens if token.word.startswith(prefix))
        case Phrase(_, words):
            for at in range(len(tokens) - len(words) + 1):
                run = tokens[at : at + len(words)]
                if all(token.word == word for token, word in zip(run, words, strict=True)):
                    yield run[0].start, run[-1].end


def _span(token: Token) -> tuple[int, int]:
    return token.start, token.end


def _hits(query: Query, document: Document) -> Iterator[ClauseHit]:
    match query:
        case And(parts) | Or(parts):
            for part in parts:
                if holds(part, document):
                    yield from _hits(part, document)
        case Not():
            return
        case _:
            yield _hit(query, document)


def _hit(leaf: Leaf, document: Document) -> ClauseHit:
    clause = canonical_form(leaf)
    match leaf:
        case Value(field, value):
            name, _ = document.value(field)
            return ClauseHit(clause, name, "" if field in ABOUT_CHANGES else value)
        case Comparison(field):
            name, number = document.number(field)
            is_day = isinstance(field, DateField)
            return ClauseHit(clause, name, str(date.fromordinal(number or 1) if is_day else number))
        case Near(place):
            away = round(distance(leaf, document) or 0)
            unit = "mile" if away == 1 else "miles"
            found = find_place(place)
            return ClauseHit(clause, POINT, f"{away} {unit} from {found.title if found else place}")
        case _:
            passages = document.passages(leaf.field)
            passage = next(one for one in passages if _stands_in(leaf, one))
            return _excerpt(clause, passage, list(_places(leaf, passage)))


def _excerpt(clause: str, passage: Passage, places: list[tuple[int, int]]) -> ClauseHit:
    text = passage.text
    first = max(0, min(places[0][0] - LEAD, len(text) - EXCERPT))
    start = 0 if first == 0 else text.find(" ", first, places[0][0]) + 1 or first
    end = min(len(text), start + EXCERPT)
    if end < len(text):
        end = max(text.rfind(" ", places[0][1], end), min(places[0][1], start + EXCERPT))
    spans = tuple((one - start, min(other, end) - start) for one, other in places if one < end)
    return ClauseHit(clause, passage.field, text[start:end].replace("\n", " "), spans)
