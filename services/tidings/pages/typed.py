"""Where in what was typed an error is (pure)."""

import unicodedata
from dataclasses import dataclass

from tidings.errors import RejectedError

BEFORE, AFTER = 24, 12
"""Characters shown around the error: all fit on a phone."""


@dataclass(frozen=True)
class Pointed:
    """A line of what was typed, and the line beneath it, whose caret is at the error."""

    line: str
    caret: str


def point_at(text: str, error: RejectedError) -> Pointed | None:
    """Return where an error of the language is; None for one that has no column."""
    column = getattr(error, "column", None)
    if column is None:
        return None
    at = min(column - 1, len(text))
    start, end = max(0, at - BEFORE), at + AFTER
    head = ("…" if start else "") + _visible(text[start:at])
    tail = _visible(text[at:end]) + ("…" if end < len(text) else "")
    return Pointed(head + tail, " " * sum(map(_width, head)) + "^")


def _visible(text: str) -> str:
    """Replace what would break the line, turn its direction or take no place at all."""
    return "".join("·" if unicodedata.category(one)[0] in "CM" else one for one in text)


def _width(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
