"""What RePORTER's lists of values can say of a search (pure).

RePORTER takes one list a criterion, any value of which may fit, and none of what must not be. What
is said here never finds less than the search does, as far as RePORTER's rules are known.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tidings.rendering.speech import Sayable
from tidings.reporter.institutes import acronym
from tidings.searches.criteria.text import spelled
from tidings.searches.query import (
    And,
    Leaf,
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
from tidings.searches.text import stem

_KEY = re.compile(r"[A-Z]{2}[0-9]{4,}")
_STATE = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True)
class Item:
    """One value of a criterion's list, which says what a leaf does, or a little more.

    ``wider`` tells what RePORTER finds besides, ``differs`` where it may find other records.
    """

    criterion: str
    value: str
    wider: tuple[str, ...] = ()
    differs: str = ""


def item_of(leaf: Leaf) -> Item | None:
    """Return the value that says what a leaf does; None when no list of RePORTER's can."""
    match leaf:
        case Value(field, value):
            return _value_item(field, value)
        case Word(TextField.PI | TextField.ORG, word):
            return _inflected_item(leaf.field, word)
        case Phrase(TextField.PI, words):
            return _name_item(leaf.field, max(words, key=len), more=len(words) > 1)
        case Phrase(TextField.ORG, words):
            return _name_item(leaf.field, spelled(words), marks=len(words) > 1)
        case Prefix(TextField.PI | TextField.ORG, prefix):
            return _name_item(leaf.field, prefix)
        case Word(TextField.CITY | TextField.COUNTRY, word):
            return _place_item(leaf.field, word)
        case Phrase(TextField.CITY | TextField.COUNTRY, words):
            return _place_item(leaf.field, spelled(words))
        case _:
            return None


def _value_item(field: ValueField, value: str) -> Item | None:
    match field:
        case ValueField.STATE:
            return Item("org_states", value) if _STATE.fullmatch(value) else None
        case ValueField.ACTIVITY:
            return Item("activity_codes", value)
        case ValueField.IC:
            name = acronym(value)
            funded = Sayable("RePORTER was seen to find also what {name} only funds", name=name)
            return Item("agencies", name, wider=(funded,)) if name else None
        case ValueField.PROJECT:
            return Item("project_nums", f"*{value}*" if is_key(value) else value)
        case _:
            return None


def is_key(value: str) -> bool:
    """Say whether a project is named by institute and serial number, such as ``CA286969``."""
    return _KEY.fullmatch(value) is not None


def _inflected_item(field: str, word: str) -> Item | None:
    """Return the letters that all inflections of a word begin with, which names then hold."""
    root = root_of(word)
    item = _name_item(field, root)
    if item is None or root != word or not word.endswith(VOWELS):
        return item
    differs = Sayable(
        "“{word}”: RePORTER compares its letters, where we take every inflection.", word=word
    )
    return replace(item, differs=differs)


VOWELS = ("e", "i", "y")
"""A stem that ends so may stand for a word that ends in another way: ``hope`` for ``hoping``."""


def _name_item(field: str, part: str, *, more: bool = False, marks: bool = False) -> Item | None:
    """Return a part of a person's or an institution's name: RePORTER finds it anywhere in it."""
    if not part:
        return None
    inside = Sayable(
        "RePORTER finds every name in which “{part}” stands, also inside a word", part=part
    )
    differs = Sayable(
        "“{part}”: RePORTER compares commas and hyphens in an institution's name.", part=part
    )
    if field == TextField.PI:
        one = (Sayable("it is asked for one word of the name"),) if more else ()
        return Item("pi_names", part, wider=(inside, *one))
    return Item("org_names", part, wider=(inside,), differs=differs if marks else "")


def _place_item(field: str, name: str) -> Item:
    if field == TextField.CITY:
        criterion = "org_cities"
        differs = Sayable("“{name}”: RePORTER may compare the whole name of the city.", name=name)
    else:
        criterion = "org_countries"
        differs = Sayable(
            "“{name}”: RePORTER may compare the whole name of the country.", name=name
        )
    return Item(criterion, name.upper(), differs=differs)


def root_of(word: str) -> str:
    """Return the letters that the inflections of a word begin with; the word if it is its stem."""
    stemmed = stem(word)
    if stemmed == word:
        return word
    same = 0
    while same < min(len(word), len(stemmed)) and word[same] == stemmed[same]:
        same += 1
    root = word[:same]
    return root[:-1] if root.endswith(VOWELS) else root


def items_of(query: Query, criterion: str) -> tuple[Item, ...] | None:
    """Return values of a criterion of which one is true wherever the query holds; None for none."""
    match query:
        case And(parts):
            found = (items_of(part, criterion) for part in parts)
            return next((items for items in found if items is not None), None)
        case Or(parts):
            each = [items_of(part, criterion) for part in parts]
            if any(items is None for items in each):
                return None
            return tuple(dict.fromkeys(_flat(each)))
        case Not():
            return None
        case _:
            item = item_of(query)
            return (item,) if item is not None and item.criterion == criterion else None


def _flat(each: list[tuple[Item, ...] | None]) -> Iterator[Item]:
    for items in each:
        yield from items or ()
