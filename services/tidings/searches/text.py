"""How texts and queries become words: the same way on both sides (pure).

Case, accents and the way a letter is encoded do not count; a Greek letter is the word for it, so
that ``TGFβ``, ``TGF-beta`` and ``tgf beta`` are one. Hyphens and slashes divide words.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import snowballstemmer

_ASCII_WORD = re.compile(r"[a-z0-9]+")
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
_STEMMER: Any = snowballstemmer.EnglishStemmer()


class Token(NamedTuple):
    """A normalised word and the span [start, end) of the text that it was made from."""

    word: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """Return the words of a text in their order."""
    if text.isascii():
        found = _ASCII_WORD.finditer(text.lower())
        return [Token(match.group(), *match.span()) for match in found]
    return list(_tokens(text))


def words(text: str) -> tuple[str, ...]:
    """Return the normalised words of a text."""
    return tuple(token.word for token in tokens(text))


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Return the stem that ``studies``, ``study`` and ``studied`` share."""
    return _STEMMER.stemWord(word)


def _tokens(text: str) -> Iterator[Token]:
    letters: list[str] = []
    start = 0
    for at, character in enumerate(text):
        plain, is_whole_word = _normal(character)
        if letters and (plain is None or is_whole_word):
            yield Token("".join(letters), start, at)
            letters.clear()
        if plain is not None and is_whole_word:
            yield Token(plain, at, at + 1)
        elif plain:
            start = start if letters else at
            letters.append(plain)
    if letters:
        yield Token("".join(letters), start, len(text))


@lru_cache(maxsize=20_000)
def _normal(character: str) -> tuple[str | None, bool]:
    """Return the plain letters of a character, None for what divides; and if it is a whole word."""
    if unicodedata.combining(character):
        return "", False
    decomposed = unicodedata.normalize("NFKD", character).casefold()
    greek = _greek_name(decomposed)
    if greek is not None:
        return greek, True
    letters = "".join(one for one in decomposed if not unicodedata.combining(one))
    return (letters, False) if letters and _PLAIN.issuperset(letters) else (None, False)


def _greek_name(decomposed: str) -> str | None:
    name = unicodedata.name(decomposed[:1], "")
    match = re.fullmatch(r"GREEK SMALL LETTER (?:FINAL )?([A-Z]+)", name)
    return match[1].lower() if match else None
