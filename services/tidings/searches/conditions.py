"""The other names of the conditions that a search names (pure)."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tidings.rendering.speech import Sayable
from tidings.searches.condition_names import (
    OURS,
    KnownCondition,
    by_key,
    doubt_of_name,
    doubt_of_words,
    is_plain_english,
    written,
)
from tidings.searches.condition_places import Place, Span, covers, in_field, place_of, spans
from tidings.searches.grammar import parse
from tidings.searches.query import ALL_TEXT, Phrase, Query, Word

MOST_CHOSEN = 8
"""Names of one condition that are added unasked; rarer ones are for the reader to choose."""

ENOUGH = Sayable("as many others are added already")

Index = Mapping[str, Sequence[KnownCondition]]


@dataclass(frozen=True)
class Choice:
    """A name to be added beside a clause, which begins at character ``at`` of the search."""

    at: int
    clause: str
    name: str


@dataclass(frozen=True)
class Name:
    """A name that may be added; ``note`` says why it is not ``is_chosen`` unasked."""

    text: str
    is_chosen: bool
    note: str = ""


@dataclass(frozen=True)
class Suggestion:
    """Other names of a condition that a clause, as it was typed, names.

    ``at`` is the character of the search, from 0, at which the clause begins. Several suggestions
    for one clause are several conditions it may mean; then, and when it may mean something else
    altogether, ``note`` says so and no name is chosen.
    """

    at: int
    clause: str
    condition: str
    source: str
    names: tuple[Name, ...]
    note: str = ""

    def choices(self) -> list[Choice]:
        """Return what is chosen unless somebody chooses otherwise."""
        return [Choice(self.at, self.clause, name.text) for name in self.names if name.is_chosen]


def keys_of(text: str) -> frozenset[str]:
    """Return all that a search might call a condition, as vocabularies spell it."""
    return frozenset(key for span in spans(text) for key in _spellings(span.words))


def gather(
    keys: Collection[str],
    ours: Sequence[KnownCondition],
    ask: Callable[[Collection[str]], Sequence[KnownCondition]],
) -> list[KnownCondition]:
    """Return all of ours, and of other vocabularies whatever ``suggestions`` needs for ``keys``.

    ``ask`` returns the conditions of other vocabularies that are called by one of these keys, and
    those that share a name with them. It is asked once, or twice where another vocabulary calls a
    condition of ours by one of ``keys`` and we do not.
    """
    own = {key for one in ours if one.keys.keys() & keys for key in one.keys}
    asked = own | set(keys)
    theirs = ask(asked)
    called = [one for one in theirs if one.keys.keys() & keys]
    also = {key for one in _same_as(called, by_key(ours)) for key in one.keys}
    return [*ours, *(theirs if also <= asked else ask(asked | also))]


def suggestions(text: str, known: Iterable[KnownCondition]) -> tuple[Suggestion, ...]:
    """Return which names could be added to a search, in its order.

    ``known`` is what ``gather`` returns for ``keys_of(text)``, or more. Left out is what finds
    nothing more than the search does already. Raises QueryError for a text that does not parse.
    """
    query = parse(text)
    index = by_key(known)
    found: list[Suggestion] = []
    done: dict[tuple[tuple[int, ...], str], set[str]] = {}
    for place in _places(text, query, index):
        meant = _meant(place.span, index)
        seen = done.setdefault((place.group, place.field), set())
        note = _doubt(place.span, meant)
        for group in meant:
            head = group[0]
            names = () if head.key in seen else _names(place, group, index, is_sure=not note)
            seen |= {one.key for one in group}
            if names:
                start, end = place.span.start, place.span.end
                found.append(
                    Suggestion(start, text[start:end], head.name, head.source, names, note)
                )
    return tuple(found)


def _places(text: str, query: Query, index: Index) -> list[Place]:
    """Return where conditions are named: of names that overlap the longest one."""
    named = [span for span in spans(text) if _is_named(text, span, index)]
    taken: list[Place] = []
    for span in sorted(named, key=lambda span: (-len(span.words), span.start)):
        if all(span.end <= one.span.start or one.span.end <= span.start for one in taken):
            place = place_of(text, query, span)
            taken += [place] if place else []
    return sorted(taken, key=lambda place: place.span.start)


def _is_named(text: str, span: Span, index: Index) -> bool:
    """Say whether a part names a condition; ``all`` does only as ``ALL``."""
    typed = text[span.start : span.end]
    if is_plain_english(" ".join(span.words)) and not typed.strip('"').isupper():
        return False
    return any(key in index for key in _spellings(span.words))


def _meant(span: Span, index: Index) -> list[list[KnownCondition]]:
    """Return the conditions that words may mean, each as the vocabularies know it, ours first.

    Conditions of two vocabularies are one when the preferred name of one is a name of the other.
    """
    called = [one for key in _spellings(span.words) for one in index.get(key, ())]
    ours = [one for one in _same_as(called, index) if one.vocabulary == OURS]
    ours += [one for one in called if one.vocabulary == OURS]
    found = dict.fromkeys([*called, *ours, *_same_as(ours, index)])
    groups: list[list[KnownCondition]] = []
    for one in sorted(found, key=lambda one: (one.vocabulary != OURS, one.source)):
        same = (group for group in groups if any(_is_same(one, other) for other in group))
        group = next(same, None)
        if group is None:
            groups.append([one])
        else:
            group.append(one)
    return groups


def _same_as(some: Iterable[KnownCondition], index: Index) -> Iterator[KnownCondition]:
    """Return the same conditions as other vocabularies have them."""
    for one in some:
        named = (other for key in one.keys for other in index.get(key, ()))
        yield from (other for other in named if _is_same(one, other))


def _is_same(one: KnownCondition, other: KnownCondition) -> bool:
    if one.vocabulary == other.vocabulary:
        return False
    return one.key in other.keys or other.key in one.keys


def _doubt(span: Span, meant: Sequence[Sequence[KnownCondition]]) -> str:
    if len(meant) > 1:
        return Sayable("may mean {names}", names=tuple(group[0].name for group in meant))
    key = " ".join(span.words)
    ours = any(one.vocabulary == OURS and key in one.keys for group in meant for one in group)
    return doubt_of_words(key, is_vetted=ours)


def _names(
    place: Place, group: Sequence[KnownCondition], index: Index, *, is_sure: bool
) -> tuple[Name, ...]:
    """Return the names of a condition that find something more, the most useful first."""
    keys = {key for one in group for key in one.keys}
    there = {_key(clause, place.field) for clause in place.instead} & keys
    room = MOST_CHOSEN - len(there)
    found: list[Name] = []
    finds = list(place.instead)
    for text, doubt in _told(group, index):
        clause = in_field(parse(written(text)), place.field)
        if _key(clause, place.field) in there or any(covers(other, clause) for other in finds):
            continue
        note = doubt or (ENOUGH if is_sure and room <= 0 else "")
        found.append(Name(text, is_sure and not note, note))
        if not note:
            room -= 1
            finds.append(clause)
    return tuple(found)


def _told(group: Sequence[KnownCondition], index: Index) -> Iterator[tuple[str, str]]:
    """Return each name of a condition, with a note if there is doubt about it."""
    told: dict[str, tuple[str, str]] = {}
    ours = {key for one in group if one.vocabulary == OURS for key in one.keys}
    for one in group:
        for key, name in one.keys.items():
            told.setdefault(key, (name, doubt_of_name(name, is_vetted=key in ours)))
    for key, (name, _) in told.items():
        others = _others(key, group, index, is_vetted=key in ours)
        if others:
            told[key] = (name, Sayable("also a name of {name}", name=others[0].name))
        elif key not in ours and _american_key(key) in told.keys() - {key}:
            told[key] = (name, Sayable("British spelling, rare in RePORTER"))
    first = list(group[0].keys)
    order = first if group[0].vocabulary == OURS else first[:1]
    rest = sorted(told.keys() - set(order), key=lambda key: (key.count(" "), len(key), key))
    yield from (told[key] for key in [*order, *rest])


def _others(
    key: str, group: Sequence[KnownCondition], index: Index, *, is_vetted: bool
) -> list[KnownCondition]:
    """Return other conditions of that name; our own list overrules what others call a condition."""
    return [
        other
        for other in index.get(key, ())
        if other not in group
        and not any(_is_same(one, other) for one in group)
        and (other.vocabulary == OURS or not is_vetted)
    ]


def _american_key(key: str) -> str:
    return " ".join(_american(tuple(key.split())))


def _key(clause: Query, field: str) -> str:
    """Return the words that a clause finds in a field; "" when it does not look there."""
    match clause:
        case Word(at, word) if at in {field, ALL_TEXT}:
            return word
        case Phrase(at, phrase) if at in {field, ALL_TEXT}:
            return " ".join(phrase)
        case _:
            return ""


def _spellings(typed: tuple[str, ...]) -> set[str]:
    """Return the words as typed and as a vocabulary may spell them: tumours, tumour, tumor."""
    found = {typed}
    for change in (_without_possessives, _american, _singular):
        found |= {change(spelling) for spelling in found}
    return {" ".join(spelling) for spelling in found if spelling}


def _without_possessives(spelling: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in spelling if word != "s")


def _american(spelling: tuple[str, ...]) -> tuple[str, ...]:
    pairs = re.compile("ae|oe(?!s$)|mour")
    return tuple(
        pairs.sub(lambda pair: "mor" if pair[0] == "mour" else "e", word) for word in spelling
    )


def _singular(spelling: tuple[str, ...]) -> tuple[str, ...]:
    last = spelling[-1] if spelling else ""
    is_plural = len(last) > 4 and last.endswith("s") and not last.endswith(("ss", "is", "us"))
    return (*spelling[:-1], last[:-1]) if is_plural else spelling
