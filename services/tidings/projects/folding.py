"""Texts without what does not count when they are compared (pure)."""

import re

_WORDS = re.compile(r"[^\W_]+")


def fold(name: str | None) -> str:
    """Return a name without case and white space: ``ZHANG, YUN `` is ``Zhang,  Yun``."""
    return "".join((name or "").split()).casefold()


def words(text: str | None) -> tuple[str, ...]:
    """Return the letters and digits of a text as words, without case."""
    return tuple(_WORDS.findall((text or "").casefold()))
