"""Text search (pure). RePORTER's own rules are not published: every rule here is an assumption.

Assumed: words are compared without case and in a plain singular form, hyphens split words, quoted
words must follow each other within one field, ``and`` may find its words in different fields, in
``advanced`` NOT binds closer than AND, AND closer than OR, words side by side are ORed, ``*`` at a
word's end stands for any letters, and frequent little words are passed over.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

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

_WORD = re.compile(r"[^\W_]+")
_PIECE = re.compile(r'"([^"]*)"?|([()])|([^\s()"]+)')


@dataclass(frozen=True)
class Field:
    """The words of one field, as they stand and in plain form."""

    words: frozenset[str]
    plain: tuple[str, ...]
    plain_set: frozenset[str]

    def has_phrase(self, phrase: Sequence[str]) -> bool:
        """Say whether these plain words follow each other here."""
        if not self.plain_set.issuperset(phrase):
            return False
        size = len(phrase)
        return any(self.plain[at : at + size] == tuple(phrase) for at in range(len(self.plain)))


Test = Callable[[Sequence[Field]], bool]


@lru_cache(maxsize=50_000)
def field_of(text: str) -> Field:
    """Take a text apart."""
    words = _words(text)
    plain = tuple(_plain(word) for word in words)
    return Field(frozenset(words), plain, frozenset(plain))


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
    tests = [test for piece in pieces if (test := _term(piece)) is not None]
    if not tests:
        return None
    every = operator.strip().lower() == "and"
    return lambda fields: (all if every else any)(test(fields) for test in tests)


def _pieces(text: str) -> list[str]:
    """Split into words, quoted phrases (kept in quotes) and parentheses."""
    return [
        f'"{phrase}"' if piece.startswith('"') else piece
        for match in _PIECE.finditer(text)
        for piece, phrase in [(match.group(), match.group(1))]
    ]


def _term(piece: str) -> Test | None:
    if piece.startswith('"'):
        phrase = [_plain(word) for word in _words(piece)]
        return (lambda fields: any(f.has_phrase(phrase) for f in fields)) if phrase else None
    if piece.endswith("*"):
        prefix = "".join(_words(piece))
        return lambda fields: any(word.startswith(prefix) for f in fields for word in f.words)
    plain = [_plain(word) for word in _words(piece) if word not in STOP_WORDS]
    if not plain:
        return None
    return lambda fields: all(any(word in f.plain_set for f in fields) for word in plain)


class _Advanced:
    """Reads a search with AND, OR, NOT and parentheses; forgives what does not close."""

    def __init__(self, pieces: list[str]) -> None:
        self._pieces = pieces
        self._at = 0

    def test(self) -> Test:
        tests = [self._every()]
        while self._at < len(self._pieces) and self._pieces[self._at] != ")":
            if self._pieces[self._at].upper() == "OR":
                self._at += 1
            tests.append(self._every())
        return lambda fields: any(test(fields) for test in tests)

    def _every(self) -> Test:
        tests = [self._single()]
        while self._next() == "AND":
            self._at += 1
            tests.append(self._single())
        return lambda fields: all(test(fields) for test in tests)

    def _single(self) -> Test:
        piece = self._next()
        self._at += 1
        if piece == "NOT":
            test = self._single()
            return lambda fields: not test(fields)
        if piece == "(":
            test = self.test()
            self._at += 1
            return test
        found = _term(self._pieces[self._at - 1]) if piece else None
        return found or (lambda _: piece not in {"", ")"})

    def _next(self) -> str:
        return self._pieces[self._at].upper() if self._at < len(self._pieces) else ""


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


@lru_cache(maxsize=50_000)
def _plain(word: str) -> str:
    """Return a plain singular form: good enough for a sandbox, and no more."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
