"""How texts and queries become words: the same way on both sides (pure).

Case, accents and the way a letter is encoded do not count; a Greek letter is the word for it, so
that ``TGFβ``, ``TGF-beta`` and ``tgf beta`` are one. Hyphens and slashes divide words, and so does
every sign that is no letter and no digit; what nobody sees (a soft hyphen, a mark of writing
direction) is as good as absent. Stems are Porter's second English ones.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Any, NamedTuple, cast

import Stemmer  # pyright: ignore[reportMissingTypeStubs]

_WORD = re.compile(r"[a-z0-9]+")
_UNUSUAL = re.compile(r"[^\x00-\x7f]")
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
_GREEK = re.compile(r"GREEK SMALL LETTER (?:FINAL )?([A-Z]+)")
_LATIN = re.compile(r"LATIN SMALL (?:LETTER|LIGATURE) (?:DOTLESS )?([A-Z]{1,2})(?: WITH .+)?")
_JOINS, _DIVIDES = "", " "
_STEMMER: Any = cast("Any", Stemmer).Stemmer("english", 0)  # our cache stands before it


class Token(NamedTuple):
    """A normalised word and the span [start, end) of the text that it was made from."""

    word: str
    start: int
    end: int


def words_of(text: str) -> list[str]:
    """Return the normalised words of a text in their order: those of ``tokens``, but quickly."""
    if not text.isascii():
        text = _UNUSUAL.sub(_spelled, text)
    return _WORD.findall(text.lower())


def words(text: str) -> tuple[str, ...]:
    """Return the normalised words of a text."""
    return tuple(words_of(text))


def tokens(text: str) -> list[Token]:
    """Return the words of a text in their order, and where each stands."""
    if text.isascii():
        return [Token(match.group(), *match.span()) for match in _WORD.finditer(text.lower())]
    spelled = [_plain(character) for character in text]
    origins = [at for at, letters in enumerate(spelled) for _ in letters]
    found: list[Token] = []
    for match in _WORD.finditer("".join(spelled)):
        end = origins[match.end() - 1] + 1
        while end < len(text) and spelled[end] == _JOINS:  # an accent that stands alone
            end += 1
        found.append(Token(match.group(), origins[match.start()], end))
    return found


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Return the stem that ``studies``, ``study`` and ``studied`` share."""
    return _STEMMER.stemWord(word)


def _spelled(match: re.Match[str]) -> str:
    return _plain(match.group())


@lru_cache(maxsize=20_000)
def _plain(character: str) -> str:
    """Return a character in plain letters and digits; a space around or for what divides."""
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return _JOINS
    if unicodedata.category(character) == "So":  # a trade mark's letters are none of its word
        return _DIVIDES
    decomposed = unicodedata.normalize("NFKD", character).casefold()
    if greek := _GREEK.fullmatch(unicodedata.name(decomposed[:1], "")):
        return f" {greek[1].lower().replace('lamda', 'lambda')} "
    return "".join(map(_latin, decomposed)) or _DIVIDES


def _latin(letter: str) -> str:
    if letter in _PLAIN or unicodedata.combining(letter):
        return letter if letter in _PLAIN else _JOINS
    latin = _LATIN.fullmatch(unicodedata.name(letter, ""))
    return latin[1].lower() if latin else _DIVIDES
