"""Text search (pure). RePORTER's own rules are not published: every rule here is an assumption.

Assumed: words are compared without case and by their English stems, hyphens split words, quoted
words must follow each other within one field, by their stems, too, ``and`` may find its words in
different fields, in ``advanced`` NOT binds closer than AND, AND closer than OR, words side by side
are ORed, ``*`` at a word's end stands for any letters, frequent little words are passed over, and
what does not close is forgiven. It shares no code with our own searches: they are compared.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from threading import Lock
from typing import Any

import Stemmer

STOP_WORDS = frozenset(
    ("a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "in", "is", "it", "of", "on",
     "or", "that", "the", "to", "with")
)  # fmt: skip
PLACES = {
    "projecttitle": "project_title",
    "abstracttext": "abstract_text",
    "abstract": "abstract_text",
    "terms": "pref_terms",
}
"""Where may be searched; ``terms`` are the preferred ones."""

_STEMMER: Any = Stemmer.Stemmer("english")  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - it has no types
_ONE_AT_A_TIME = Lock()  # a stemmer keeps the word it works on, and requests come in threads
_WORD = re.compile(r"[^\W_]+")
_PIECE = re.compile(r'"([^"]*)"?|([()])|([^\s()"]+)')


@dataclass(frozen=True)
class Field:
    """The words of one field, and their stems in the words' order."""

    words: frozenset[str]
    stems: tuple[str, ...]
    stem_set: frozenset[str]

    def has_phrase(self, phrase: Sequence[str]) -> bool:
        """Say whether words with these stems follow each other here."""
        if not self.stem_set.issuperset(phrase):
            return False
        size = len(phrase)
        return any(self.stems[at : at + size] == tuple(phrase) for at in range(len(self.stems)))


Test = Callable[[Sequence[Field]], bool]


@lru_cache(maxsize=50_000)
def field_of(text: str) -> Field:
    """Take a text apart."""
    words = _words(unescape(text))
    stems = tuple(_stem(word) for word in words)
    return Field(frozenset(words), stems, frozenset(stems))


def places_of(search_field: str) -> tuple[str, ...]:
    """Return the fields to search; blank, ``all`` or nothing known means all of them."""
    names = (name.strip().lower() for name in search_field.split(","))
    return tuple(PLACES[name] for name in names if name in PLACES) or tuple(
        dict.fromkeys(PLACES.values())
    )


def make_test(search_text: str, operator: str) -> Test | None:
    """Return the test for a search, None for a blank one, which is no criterion."""
    pieces = _pieces(search_text)
    if operator.strip().lower() not in {"and", "or"}:
        return _Advanced(pieces).test() if pieces else None
    terms = [_term(piece) for piece in pieces if piece not in {"(", ")"}]
    return _joined(terms, every=operator.strip().lower() == "and")


def _joined(tests: Sequence[Test | None], *, every: bool) -> Test | None:
    """Return a test for all of some tests, or for any; None, what says nothing, does not count."""
    said = [test for test in tests if test is not None]
    if not said:
        return None
    return lambda fields: (all if every else any)(test(fields) for test in said)


def _pieces(text: str) -> list[str]:
    """Split into words, quoted phrases (kept in quotes) and parentheses."""
    return [
        f'"{phrase}"' if piece.startswith('"') else piece
        for match in _PIECE.finditer(text)
        for piece, phrase in [(match.group(), match.group(1))]
    ]


def _term(piece: str) -> Test | None:
    if piece.startswith('"'):
        phrase = [_stem(word) for word in _words(piece)]
        return (lambda fields: any(f.has_phrase(phrase) for f in fields)) if phrase else None
    if piece.endswith("*"):
        prefix = "".join(_words(piece))
        return lambda fields: any(word.startswith(prefix) for f in fields for word in f.words)
    stems = [_stem(word) for word in _words(piece) if word not in STOP_WORDS]
    if not stems:
        return None
    return lambda fields: all(any(stem in f.stem_set for f in fields) for stem in stems)


class _Advanced:
    """Reads a search with AND, OR, NOT and parentheses."""

    def __init__(self, pieces: list[str]) -> None:
        self._pieces = pieces
        self._at = 0

    def test(self) -> Test | None:
        tests = [self._every()]
        while self._at < len(self._pieces) and self._next() != ")":
            if self._next() == "OR":
                self._at += 1
            tests.append(self._every())
        return _joined(tests, every=False)

    def _every(self) -> Test | None:
        tests = [self._single()]
        while self._next() in {"AND", "NOT"}:  # `a NOT b` is `a AND NOT b`
            self._at += self._next() == "AND"
            tests.append(self._single())
        return _joined(tests, every=True)

    def _single(self) -> Test | None:
        piece = self._next()
        self._at += 1
        if piece == "NOT":
            test = self._single()
            return None if test is None else (lambda fields: not test(fields))
        if piece == "(":
            test = self.test()
            self._at += 1
            return test
        return None if piece in {"", ")"} else _term(self._pieces[self._at - 1])

    def _next(self) -> str:
        """Return what comes next; operators are known in capitals only."""
        return self._pieces[self._at] if self._at < len(self._pieces) else ""


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    with _ONE_AT_A_TIME:
        return _STEMMER.stemWord(word)
