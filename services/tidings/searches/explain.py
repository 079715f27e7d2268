"""Why a search does not find a document: which of its clauses fail, and what is there (pure).

The oracle says whether a search holds; this says in words what it lacks. The account is as small
as it can be: with what it names put right the search would find the document, with less it would
not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from tidings.errors import QueryError
from tidings.projects.wording import label_of
from tidings.rendering.filters import day, money
from tidings.searches.canonical import canonical_form
from tidings.searches.document import Document
from tidings.searches.evaluate import ClauseHit, distance, evaluate, holds
from tidings.searches.grammar import parse_canonical
from tidings.searches.query import (
    ABOUT_CHANGES,
    ALL_TEXT,
    And,
    Comparison,
    DateField,
    Leaf,
    Near,
    Not,
    NumberField,
    Or,
    Phrase,
    Prefix,
    Query,
    TextField,
    Value,
    Word,
)
from tidings.searches.readback import in_words
from tidings.searches.text import stem

FEW = 3
"""Alternatives that are each accounted for; of more than that only the nearest one is."""

TextLeaf = Word | Phrase | Prefix

_PLACES = {
    TextField.TITLE: "title",
    TextField.ABSTRACT: "abstract",
    TextField.TERMS: "terms",
    TextField.CATEGORY: "categories",
    TextField.PI: "investigators",
    TextField.ORG: "institution",
    TextField.CITY: "city",
    TextField.COUNTRY: "country",
}
_MANY = frozenset({TextField.TERMS, TextField.CATEGORY, TextField.PI})
_OF_ALL_TEXT = (TextField.TITLE, TextField.ABSTRACT, TextField.TERMS)


@dataclass(frozen=True)
class Failure:
    """A clause that does not hold on a document.

    ``clause`` is canonical and false on its own, ``means`` says it in words, ``because`` says what
    the record has instead. ``found`` is what must not be there and is; ``inner`` accounts for the
    alternatives of which none holds.
    """

    clause: str
    means: str
    because: str
    found: tuple[ClauseHit, ...] = ()
    inner: tuple["Failure", ...] = ()


def failures(query: Query, document: Document) -> tuple[Failure, ...]:
    """Return the clauses by which a query does not find a document; none when it does.

    No clause too many of a simplified query, as ``parse_canonical`` returns of what is saved.
    """
    return tuple(dict.fromkeys(_failures(query, document)))


def lacking(query: Query, document: Document) -> int:
    """Return how many clauses would have to hold besides for the query to find the document."""
    match query:
        case And(parts):
            return sum(lacking(part, document) for part in parts)
        case Or(parts):
            return min(lacking(part, document) for part in parts)
        case _:
            return 0 if holds(query, document) else 1


def clause_in_words(clause: str) -> str:
    """Say a stored clause as a reader would; one that the language has no more as it stands."""
    query = read_clause(clause)
    return in_words(query) if query else clause


def read_clause(clause: str) -> Query | None:
    """Return a clause as it was stored; None for one that the language has no more."""
    try:
        return parse_canonical(clause)
    except QueryError:
        return None


def _failures(query: Query, document: Document) -> Iterator[Failure]:
    if holds(query, document):
        return
    match query:
        case And(parts):
            for part in parts:
                yield from _failures(part, document)
        case Or(parts):
            yield _none_of(query, parts, document)
        case Not(Not(part)):
            yield from _failures(part, document)
        case Not(Or(parts)):
            for part in parts:
                yield from _failures(Not(part), document)
        case Not(part):
            hits = evaluate(part, document) or ()
            yield _failure(query, _there(part, hits, document), found=hits)
        case _:
            yield _failure(query, _instead(query, document))


def _failure(
    query: Query,
    because: str,
    *,
    found: tuple[ClauseHit, ...] = (),
    inner: tuple[Failure, ...] = (),
) -> Failure:
    return Failure(canonical_form(query), in_words(query), because, found, inner)


def _there(part: Query, hits: Sequence[ClauseHit], document: Document) -> str:
    match part:
        case Word() | Phrase() | Prefix():
            return f"found in the {label_of(hits[0].field).lower()}"
        case Value() | Comparison() | Near():
            return _instead(part, document)
        case _:
            return "all of this is so"


def _none_of(query: Query, parts: Sequence[Query], document: Document) -> Failure:
    first, *_ = parts
    if len({_sort(part) for part in parts}) == 1:
        match first:
            case Word(field) | Phrase(field) | Prefix(field):
                return _failure(query, _not_held(field, document, many=True))
            case Value() | Comparison():
                return _failure(query, _instead(first, document))
            case _:
                pass
    shown = parts if len(parts) <= FEW else [min(parts, key=lambda part: lacking(part, document))]
    inner = tuple(one for part in shown for one in failures(part, document))
    which = "none of them holds" if len(parts) <= FEW else "none of them holds; the nearest lacks"
    return _failure(query, which, inner=inner)


def _sort(part: Query) -> tuple[str, str]:
    """Return what alternatives have in common whose account is the same."""
    match part:
        case Word(field) | Phrase(field) | Prefix(field):
            return "text", field
        case Value(field) | Comparison(field):
            return "value", field
        case _:
            return "other", ""


def _instead(leaf: Leaf, document: Document) -> str:
    match leaf:
        case Value(field):
            _, values = document.value(field)
            said = ", ".join(sorted(values)).replace("_", " ")
            if field in ABOUT_CHANGES:
                return f"what happened is {said}" if said else "nothing happened that is told"
            return f"the record says {said}" if said else "the record does not say"
        case Comparison(field):
            _, number = document.number(field)
            return "the record does not say" if number is None else _says(field, number)
        case Near():
            return _away(leaf, document)
        case _:
            return _not_written(leaf, document)


def _away(near: Near, document: Document) -> str:
    miles = distance(near, document)
    return "the record does not say where" if miles is None else f"it is {miles:,.1f} miles away"


def _says(field: NumberField | DateField, number: int) -> str:
    match field:
        case NumberField.FY:
            return f"the record says {number}"
        case NumberField.AMOUNT:
            return f"the record says {money(number)}"
        case _:
            return f"the record says {day(date.fromordinal(number))}"


def _not_written(leaf: TextLeaf, document: Document) -> str:
    where = "there" if leaf.field == ALL_TEXT else f"in the {_PLACES[TextField(leaf.field)]}"
    if isinstance(leaf, Phrase):
        words = document.words(leaf.field)
        lacks = [word for word in dict.fromkeys(leaf.words) if word not in words]
        if not lacks:
            return f"its words are {where}, but not one beside the other"
        forms = sorted(word for word in words if stem(word) in {stem(one) for one in lacks})
        if forms and len(leaf.words) == 1:
            return f"only {_quoted(forms)} {'is' if len(forms) == 1 else 'are'} {where}"
        if len(lacks) < len(leaf.words):
            return f"{_quoted(lacks)} {'is' if len(lacks) == 1 else 'are'} not {where}"
    return _not_held(leaf.field, document)


def _quoted(words: Sequence[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)


def _not_held(field: str, document: Document, *, many: bool = False) -> str:
    it = "any of them" if many else "it"
    if field == ALL_TEXT:
        gone = [_PLACES[one] for one in _OF_ALL_TEXT if _is_empty(one, document)]
        without = f"; the record has no {' and no '.join(gone)}" if gone else ""
        return f"neither title, abstract nor terms hold {it}{without}"
    place, text_field = _PLACES[TextField(field)], TextField(field)
    if _is_empty(text_field, document):
        return f"the record has no {place}"
    do = "do" if text_field in _MANY else "does"
    return f"the {place} {do} not hold {it}"


def _is_empty(field: TextField, document: Document) -> bool:
    return not document.passages(field)
