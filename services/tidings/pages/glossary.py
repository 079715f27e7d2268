"""Words of research, explained: which of them a text has, and what each means (pure once read).

The terms are in ``glossary.jsonl``, one a line, in English and Spanish; we wrote every one of them.
A text is RePORTER's and so English, whoever reads it: the language is that of the explanation.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby, pairwise
from unicodedata import combining, normalize

import orjson

from tidings.rendering.speech import SOURCE_LANGUAGE

_WORD = re.compile(r"\w+(?:'\w+)*")
_BETWEEN = re.compile(r" ?- ?|\s+|/")
"""What may stand between the words of a term: ``T cell``, ``T-cell``."""


@dataclass(frozen=True)
class Term:
    """A word of research; ``key`` is its anchor at /glossary, ``forms`` how else it is written."""

    key: str
    names: Mapping[str, str]
    definitions: Mapping[str, str]
    forms: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """A term at characters ``start`` up to ``end`` of a text, in the words of a language."""

    term: str
    definition: str
    start: int
    end: int
    key: str


@dataclass(frozen=True)
class _Form:
    """One way to write a term; ``exact`` forms, such as AIDS, count in their own case alone."""

    words: tuple[str, ...]
    exact: bool
    term: Term


@cache
def glossary() -> tuple[Term, ...]:
    """Return all terms by their English names; read once in a process."""
    lines = files("tidings.pages").joinpath("glossary.jsonl").read_bytes().splitlines()
    return tuple(_term(orjson.loads(line)) for line in lines)


def by_letter(language: str) -> tuple[tuple[str, tuple[Term, ...]], ...]:
    """Return all terms under the letter that their names in this language begin with."""
    ordered = sorted(glossary(), key=lambda term: _plain(term.names[language]))
    groups = groupby(ordered, key=lambda term: _plain(term.names[language])[0].upper())
    return tuple((letter, tuple(terms)) for letter, terms in groups)


def terms_in(
    text: str, language: str = SOURCE_LANGUAGE, *, known: Collection[str] = ()
) -> tuple[Found, ...]:
    """Return the terms of an English text in order, each where it comes first.

    Of terms within each other the longest counts. The keys in ``known`` were explained before, and
    are passed over.
    """
    plain = text.replace("’", "'")
    words = list(_WORD.finditer(plain))
    seen = set(known)
    found: list[Found] = []
    place = 0
    while place < len(words):
        form = _form_at(plain, words, place)
        if form is None:
            place += 1
            continue
        start, place = words[place].start(), place + len(form.words)
        term = form.term
        if term.key not in seen:
            seen.add(term.key)
            end = words[place - 1].end()
            meaning = term.definitions[language]
            found.append(Found(term.names[language], meaning, start, end, term.key))
    return tuple(found)


def _form_at(text: str, words: Sequence[re.Match[str]], place: int) -> _Form | None:
    """Return the longest form that begins with this word.

    What follows a hyphen begins none: ``non-randomized`` is not randomized.
    """
    first = words[place]
    forms = _index().get(first[0].lower())
    if forms is None or text[first.start() - 1 : first.start()] == "-":
        return None
    return next((form for form in forms if _is_at(form, text, words, place)), None)


def _is_at(form: _Form, text: str, words: Sequence[re.Match[str]], place: int) -> bool:
    there = words[place : place + len(form.words)]
    if len(there) < len(form.words):
        return False
    written = tuple(word[0] if form.exact else word[0].lower() for word in there)
    return written == form.words and all(
        _BETWEEN.fullmatch(text, one.end(), following.start()) for one, following in pairwise(there)
    )


@cache
def _index() -> Mapping[str, tuple[_Form, ...]]:
    """Return all forms by their first word, the longest first."""
    found: dict[str, list[_Form]] = {}
    for form in (form for term in glossary() for form in _forms(term)):
        found.setdefault(form.words[0].lower(), []).append(form)
    return {
        first: tuple(sorted(forms, key=lambda form: (-len(form.words), not form.exact)))
        for first, forms in found.items()
    }


def _plain(name: str) -> str:
    """Return a name as it is ordered: accents and case do not count."""
    letters = normalize("NFD", name.casefold())
    return "".join(letter for letter in letters if not combining(letter))


def _forms(term: Term) -> Iterator[_Form]:
    for written in (term.names[SOURCE_LANGUAGE], *term.forms):
        words = tuple(_WORD.findall(written))
        exact = any(sum(map(str.isupper, word)) > 1 for word in words)
        yield _Form(words if exact else tuple(map(str.lower, words)), exact, term)


def _term(line: Mapping[str, str | list[str]]) -> Term:
    name = str(line["term"])
    return Term(
        key="-".join(_WORD.findall(name.lower().replace("'", ""))),
        names={"en": name, "es": str(line["es_term"])},
        definitions={"en": str(line["en"]), "es": str(line["es"])},
        forms=tuple(line["forms"]),
    )
