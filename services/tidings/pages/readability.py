"""How hard a text is to read: the Flesch-Kincaid grade, and for Spanish the INFLESZ scale (pure).

Names count as one plain word in the grade of a sentence: a reader knows a name, or passes over it;
it is the words around it that are ours to choose. A whole page is graded with its names in full.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from tidings.rendering.speech import Sayable

_SENTENCE = re.compile(r"[.!?]+(?=\s|$)")
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_VOWELS = re.compile(r"[aeiouy]+")
_SPANISH_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’-])*")
_SPANISH_VOWELS = re.compile(r"[aeiouáéíóúü]+(?:y$)?|y$")
_STRONG = re.compile(r"[aeoáéíóú]")

SHORTEST = 30
"""Fewer words than this have no grade worth telling."""

PLAIN_GRADE = 8
"""The grade up to which a text is easy to read."""

FAIRLY_EASY = 65.0
"""From this point on the INFLESZ scale a Spanish text is «bastante fácil», or easier."""

A_NAME = {"en": "name", "es": "nombre"}
"""The plain word that a name counts as."""


def grade(text: str) -> float | None:
    """Return the US school grade that the text asks for; None for a text that is too short."""
    return plain_grade(text) if len(_WORD.findall(text)) >= SHORTEST else None


def plain_grade(text: str) -> float:
    """Return the US school grade of a text, however short; 0 for one without words."""
    words = _WORD.findall(text)
    if not words:
        return 0.0
    syllables = sum(_syllables(word.lower()) for word in words)
    return 0.39 * len(words) / _sentences(text) + 11.8 * syllables / len(words) - 15.59


def spanish_ease(text: str) -> float:
    """Return how easy a Spanish text is by Szigriszt-Pazos: 100 is child's play, 40 is hard."""
    words = _SPANISH_WORD.findall(text)
    if not words:
        return 100.0
    syllables = sum(_spanish_syllables(word.lower()) for word in words)
    return 206.835 - 62.3 * syllables / len(words) - len(words) / _sentences(text)


def is_plain(text: str, language: str) -> bool:
    """Say whether a text is easy to read in its language."""
    if language == "es":
        return spanish_ease(text) >= FAIRLY_EASY
    return plain_grade(text) <= PLAIN_GRADE


def without_names(text: str, names: Iterable[str], language: str = "en") -> str:
    """Return a text in which each of its names is one plain word."""
    for name in sorted({one for one in names if one}, key=len, reverse=True):
        text = text.replace(name, A_NAME[language])
    return text


def reading_level(text: str) -> str:
    """Say whom a text is written for, in words; nothing for a text that is too short."""
    found = grade(text)
    if found is None:
        return ""
    level = round(found)
    if level <= PLAIN_GRADE:
        return Sayable("easy to read")
    if level <= 12:
        return Sayable("high-school level, grade {level}", level=level)
    if level <= 16:
        return Sayable("college level, grade {level}", level=level)
    return Sayable("written for specialists")


def _sentences(text: str) -> int:
    return max(1, len(_SENTENCE.findall(text)))


@lru_cache(maxsize=8192)
def _syllables(word: str) -> int:
    groups = len(_VOWELS.findall(word))
    if word.endswith("e") and not word.endswith(("le", "ee")) and groups > 1:
        groups -= 1
    return max(1, groups)


@lru_cache(maxsize=8192)
def _spanish_syllables(word: str) -> int:
    """Count nuclei: two strong vowels are two, a weak one beside a strong one is part of it."""
    sounded = re.sub(r"(?<=[qg])u(?=[eiéí])", "", word)
    groups = _SPANISH_VOWELS.findall(sounded)
    return max(1, sum(max(1, len(_STRONG.findall(group))) for group in groups))
