"""Reading vocabularies of conditions: one JSON object a line (pure)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast
from unicodedata import category

import orjson

from tidings.errors import RejectedError
from tidings.searches.condition_names import key_of

LONGEST_LINE = 1_000_000
"""Bytes of a line; those of the largest known vocabulary have under 3,000."""

LONGEST_NAME, LONGEST_SOURCE = 300, 100
"""Characters; the longest name of the Disease Ontology has 265."""

SHOWN = 60
"""Characters of a bad name that a refusal repeats."""


@dataclass(frozen=True)
class Entry:
    """A condition as a vocabulary has it: ``names`` by their words, the preferred one first."""

    source: str
    name: str
    names: dict[str, str]

    @property
    def key(self) -> str:
        """Its preferred name as searches read it."""
        return next(iter(self.names))


@dataclass(frozen=True)
class Refused:
    """A line, or a synonym in it, that cannot be taken; lines count from 1."""

    line: int
    reason: str
    is_synonym: bool = False


def read_lines(lines: Iterable[bytes]) -> Iterator[Entry | Refused]:
    """Return what each line holds; blank lines count, and hold nothing.

    A line is ``{"id": "DOID:0060081", "name": "...", "synonyms": ["...", ...]}``; what else stands
    in it is not read. A bad synonym is refused, and its condition is kept.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield from _read_line(number, line)
        except RejectedError as error:
            yield Refused(number, str(error))


def _read_line(number: int, line: bytes) -> Iterator[Entry | Refused]:
    if len(line) > LONGEST_LINE:
        raise RejectedError(f"is longer than {LONGEST_LINE:,} bytes")
    try:
        found: Any = orjson.loads(line.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise RejectedError(f"is no JSON: {error.msg} at character {error.colno}") from error
    if not isinstance(found, dict):
        raise RejectedError("is no JSON object")
    fields = cast("dict[str, Any]", found)
    source = _text(fields.get("id"), "id", most=LONGEST_SOURCE)
    name = _name(fields.get("name"), "name")
    names = {key_of(name): name}
    synonyms: Any = fields.get("synonyms") or []
    if not isinstance(synonyms, list):
        raise RejectedError("has synonyms that are no list")
    for synonym in cast("list[Any]", synonyms):
        try:
            other = _name(synonym, "synonym")
            names.setdefault(key_of(other), other)
        except RejectedError as error:
            yield Refused(number, str(error), is_synonym=True)
    yield Entry(source, name, names)


def _name(value: Any, what: str) -> str:
    name = _text(value, what, most=LONGEST_NAME)
    if not key_of(name):
        raise RejectedError(f"has a {what} without a letter or digit: {_shown(name)}")
    return name


def _text(value: Any, what: str, *, most: int) -> str:
    if value is None:
        raise RejectedError(f"has no {what}")
    if not isinstance(value, str):
        raise RejectedError(f"has a {what} that is no text: {_shown(str(value))}")
    if any(category(one) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for one in value):
        raise RejectedError(f"has a {what} with an invisible character: {_shown(ascii(value))}")
    text = " ".join(value.split())
    if not text:
        raise RejectedError(f"has an empty {what}")
    if len(text) > most:
        raise RejectedError(f"has a {what} of over {most} characters: {_shown(text)}")
    return text


def _shown(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def joined(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries with those that searches cannot tell apart made one; the first names it.

    ``MYC+ lymphoma`` and ``MYC- lymphoma`` are the same words.
    """
    found: dict[str, Entry] = {}
    for entry in entries:
        first = found.setdefault(entry.key, entry)
        if first is not entry:
            names = first.names | {
                key: name for key, name in entry.names.items() if key not in first.names
            }
            found[entry.key] = Entry(first.source, first.name, names)
    return list(found.values())
