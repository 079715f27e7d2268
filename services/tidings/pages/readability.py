"""How hard a text is to read: the Flesch-Kincaid grade (pure)."""

import re

from tidings.rendering.speech import Sayable

_SENTENCE = re.compile(r"[.!?]+(?=\s|$)")
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_VOWELS = re.compile(r"[aeiouy]+")

SHORTEST = 30
"""Fewer words than this have no grade worth telling."""


def grade(text: str) -> float | None:
    """Return the US school grade that the text asks for; None for a text that is too short."""
    words = _WORD.findall(text)
    if len(words) < SHORTEST:
        return None
    sentences = max(1, len(_SENTENCE.findall(text)))
    syllables = sum(_syllables(word.lower()) for word in words)
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59


def reading_level(text: str) -> str:
    """Say whom a text is written for, in words; nothing for a text that is too short."""
    found = grade(text)
    if found is None:
        return ""
    level = round(found)
    if level <= 8:
        return Sayable("easy to read")
    if level <= 12:
        return Sayable("high-school level, grade {level}", level=level)
    if level <= 16:
        return Sayable("college level, grade {level}", level=level)
    return Sayable("written for specialists")


def _syllables(word: str) -> int:
    groups = len(_VOWELS.findall(word))
    if word.endswith("e") and not word.endswith(("le", "ee")) and groups > 1:
        groups -= 1
    return max(1, groups)
