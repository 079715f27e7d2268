"""What is indexed of an award, and what a search needs to find there (pure).

Both sides of the word index: an award can fit a search only when the words of one of its versions
hold what the search needs. That is necessary and not enough; ``evaluate`` has the last word.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tidings.db.word_index import AllOf, AnyOf, Begins, Has, Wanted
from tidings.searches.cells import cell_of, cells_around
from tidings.searches.document import TEXT_OF_FIELD, Document
from tidings.searches.places import find_place
from tidings.searches.query import (
    ABOUT_CHANGES,
    ALL_TEXT,
    And,
    Comparison,
    Near,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    TextField,
    Value,
    ValueField,
    Word,
)
from tidings.searches.text import stem, words_of

RECORD_FIELDS = frozenset(
    {
        *(name for names in TEXT_OF_FIELD.values() for name in names if not name.startswith("org")),
        "activity_code",
        "agency_ic_admin",
        "appl_id",
        "core_project_num",
        "geo_lat_lon",
        "organization",
        "project_num",
        "project_num_split",
        "project_serial_num",
    }
)
"""All that the indexed words depend on: two versions that agree in these have the same words."""

_MARKS: Mapping[str, str] = {
    ALL_TEXT: "",
    TextField.ABSTRACT: "",  # part of all text, and most of it
    TextField.TERMS: "",
    TextField.TITLE: "t_",
    TextField.CATEGORY: "c_",
    TextField.PI: "p_",
    TextField.ORG: "o_",
    TextField.CITY: "y_",
    TextField.COUNTRY: "n_",
}
"""What the words of a field begin with, so that a name in one is not found in another."""

_INDEXED = tuple(field for field, mark in _MARKS.items() if mark or field == ALL_TEXT)
_NAMED = tuple(field for field in ValueField if field not in ABOUT_CHANGES)


@dataclass(frozen=True)
class Happened:
    """A change of this kind, or this severity, was told of the award."""

    value: Value


@dataclass(frozen=True)
class Every:
    """All of the parts hold; at most one of them is for the word index."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class Some:
    """One of the parts holds, or several; at most one of them is for the word index."""

    parts: tuple["Condition", ...]


Condition = Wanted | Comparison | Happened | Every | Some
"""What must hold of an award: words of one of its versions, columns, changes."""


def indexed_words(document: Document) -> frozenset[str]:
    """Return the words of one version: as they are and their stems, values and the place."""
    words = (word for field in _INDEXED for word in _words_and_stems(document, field))
    named = (_name(field, value) for field in _NAMED for value in document.value(field)[1])
    there = () if document.point is None else (cell_of(document.point),)
    return frozenset((*words, *named, *there))


def _words_and_stems(document: Document, field: str) -> Iterator[str]:
    # All at once: thousands of terms are read three times as fast as one by one.
    text = "\n".join(passage.text for passage in document.passages(field))
    words = set(words_of(text))
    mark = _MARKS[field]
    return (mark + word for word in words.union(map(stem, words)))


def needed(query: Query, *, ever: bool = False) -> Condition | None:
    """Return what must hold of every award that the query finds; None when nothing must.

    ``ever`` is for awards that fit in any stored version: then columns, which hold the latest, do
    not count, and neither does what happened.
    """
    match query:
        case And(parts):
            return _joined([one for part in parts if (one := needed(part, ever=ever))], AllOf)
        case Or(parts):
            found = [needed(part, ever=ever) for part in parts]
            known = [one for one in found if one is not None]
            return _joined(known, AnyOf) if len(known) == len(found) else None
        case Not():
            return None
        case Comparison():
            return None if ever else query
        case Value(field) if field in ABOUT_CHANGES:
            return None if ever else Happened(query)
        case _:
            return _of_words(query)


def _of_words(leaf: Word | Phrase | Prefix | Value | Near) -> Wanted | None:
    match leaf:
        case Word(field, word):
            return Has(_MARKS[field] + stem(word))
        case Prefix(field, prefix):
            return Begins(_MARKS[field] + prefix)
        case Phrase(field, words):
            every = tuple(Has(_MARKS[field] + word) for word in dict.fromkeys(words))
            return every[0] if len(every) == 1 else AllOf(every)
        case Value(field, value):
            return Has(_name(field, value))
        case Near(name, miles):
            place = find_place(name)
            cells = None if place is None else cells_around(place.point, miles)
            return None if cells is None else AnyOf(tuple(map(Has, cells)))


def _joined(parts: list[Condition], kind: type[AllOf | AnyOf]) -> Condition | None:
    """Return one condition for all of the parts, with all that is for the word index in one."""
    indexed = tuple(part for part in parts if isinstance(part, Wanted))
    others = [part for part in parts if not isinstance(part, Wanted)]
    first = [indexed[0] if len(indexed) == 1 else kind(indexed)] if indexed else []
    together: tuple[Condition, ...] = (*first, *others)
    if len(together) < 2:
        return together[0] if together else None
    return Every(together) if kind is AllOf else Some(together)


def _name(field: ValueField, value: str) -> str:
    """Return the word that stands for a value, the same for upper and lower case."""
    return "".join((field, "_", *_letters(value)))


def _letters(value: str) -> Iterator[str]:
    return (one for one in value.lower() if one.isascii() and one.isalnum())
