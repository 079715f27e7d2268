"""What a watchlist names: studies by key, searches by text; and how a person writes it (pure).

One line a thing, a name after a bar if there is one:

    CA286969 | Immune cells and stiff tissue
    https://reporter.nih.gov/project-details/10930512
    search: title:trop2 AND state:AZ | Trop-2 in Arizona
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Annotated, Literal
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import BaseModel, Field, TypeAdapter

from tidings.errors import QueryError, RejectedError
from tidings.rendering.speech import Sayable
from tidings.searches.grammar import parse

MOST_ENTRIES, MOST_SEARCHES = 200, 20
LONGEST_NAME, LONGEST_TITLE, LONGEST_ABOUT = 80, 120, 2000
LONGEST_KEY, LONGEST_SEARCH = 40, 2000
MARK = "search:"
"""What a line begins with that is a search."""

APPL = "APPL:"
"""What the key begins with of a study that is named by one of its records."""

_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
_KEY = re.compile(r"[!-{}~]+")
_STUDY_PATH = re.compile(r"(?:/[a-z]{2})?/studies/([^/]+?)(?:/(?:feed\.\w+|calendar\.ics))?/?")
_RECORD_PATH = re.compile(r"/project-details/(\d{1,9})/?")
_SEARCH_PATH = re.compile(r"(?:/[a-z]{2})?/studies/?")


class StudyEntry(BaseModel, frozen=True, extra="forbid"):
    """A study, by the key of its project."""

    type: Literal["study"] = "study"
    key: str = Field(min_length=1, max_length=LONGEST_KEY, pattern=f"^{_KEY.pattern}$")
    name: str = Field(default="", max_length=LONGEST_NAME)


class SearchEntry(BaseModel, frozen=True, extra="forbid"):
    """A search, by its text."""

    type: Literal["search"] = "search"
    text: str = Field(min_length=1, max_length=LONGEST_SEARCH)
    name: str = Field(default="", max_length=LONGEST_NAME)


Entry = Annotated[StudyEntry | SearchEntry, Field(discriminator="type")]
ENTRIES = TypeAdapter[tuple[Entry, ...]](tuple[Entry, ...])
"""Reads and writes the JSON of ``watchlist.entries``."""


def clean(text: str) -> str:
    """Return a text in one line, without characters that control anything or turn a line around."""
    return " ".join(_UNFIT.sub(" ", text).split())


def clean_lines(text: str) -> str:
    """Return a text of several lines, each of them clean."""
    return "\n".join(map(clean, text.strip().splitlines()))


def read_lines(text: str) -> tuple[tuple[int, StudyEntry | SearchEntry], ...]:
    """Return what each line names, with the number of the line; empty lines name nothing.

    The key of a study that is given as an address of RePORTER's is the number of its record, after
    ``APPL:``. Raises RejectedError, in words and with the line, for what cannot be read.
    """
    found: list[tuple[int, StudyEntry | SearchEntry]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            found.append((number, _read_line(number, clean(line))))
    check_count([entry for _, entry in found])
    return tuple(found)


def write_lines(entries: Iterable[StudyEntry | SearchEntry]) -> str:
    """Return the lines that ``read_lines`` reads these entries from."""
    return "\n".join(map(_line, entries))


def check_count(entries: Sequence[StudyEntry | SearchEntry]) -> None:
    """Raise RejectedError, in words, for more than a list holds."""
    searches = sum(isinstance(entry, SearchEntry) for entry in entries)
    if len(entries) > MOST_ENTRIES or searches > MOST_SEARCHES:
        raise RejectedError(
            Sayable(
                "A list has at most {n} lines, and {m} searches among them.",
                n=MOST_ENTRIES,
                m=MOST_SEARCHES,
            )
        )


def check_search(number: int, text: str) -> None:
    """Raise RejectedError, in words and with the line, for a search that does not parse."""
    try:
        parse(text)
    except QueryError as error:
        raise line_problem(number, error.text) from error


def line_problem(number: int, problem: str) -> RejectedError:
    """Return the error that says what is wrong with a line."""
    return RejectedError(Sayable("Line {number}: {problem}", number=str(number), problem=problem))


def entry_at(address: str, name: str = "") -> StudyEntry | SearchEntry | None:
    """Return what an address of a site like ours, or of RePORTER, names; None for any other."""
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"}:
        return None
    if record := _RECORD_PATH.fullmatch(parts.path):
        return StudyEntry(key=f"{APPL}{record[1]}", name=name)
    if study := _STUDY_PATH.fullmatch(parts.path):
        return _study(unquote(study[1]), name)
    if _SEARCH_PATH.fullmatch(parts.path) and (asked := parse_qs(parts.query).get("q")):
        text = clean(asked[0])
        return SearchEntry(text=text, name=name) if 0 < len(text) <= LONGEST_SEARCH else None
    return None


def distinct(
    entries: Iterable[StudyEntry | SearchEntry], same: Callable[[SearchEntry], str]
) -> Iterator[StudyEntry | SearchEntry]:
    """Return the entries, each thing once; ``same`` says by what searches are told apart."""
    seen: set[str] = set()
    for entry in entries:
        thing = entry.key if isinstance(entry, StudyEntry) else f"{MARK}{same(entry)}"
        if thing not in seen:
            seen.add(thing)
            yield entry


def _read_line(number: int, line: str) -> StudyEntry | SearchEntry:
    thing, _, name = (
        (part.strip() for part in line.rpartition("|")) if "|" in line else (line, "", "")
    )
    if len(name) > LONGEST_NAME:
        problem = Sayable("A name has at most {n} characters.", n=LONGEST_NAME)
        raise line_problem(number, problem)
    if thing.lower().startswith(MARK):
        text = thing[len(MARK) :].strip()
        check_search(number, text)
        return SearchEntry(text=text, name=name)
    entry = entry_at(thing, name) if "://" in thing else _study(thing, name)
    if entry is None:
        problem = Sayable(
            "This is neither the key of a study, like CA286969, nor its address, nor a search."
        )
        raise line_problem(number, problem)
    if isinstance(entry, SearchEntry):
        check_search(number, entry.text)
    return entry


def _study(key: str, name: str) -> StudyEntry | None:
    plain = clean(key).upper()
    fits = len(plain) <= LONGEST_KEY and _KEY.fullmatch(plain)
    return StudyEntry(key=plain, name=name) if fits else None


def _line(entry: StudyEntry | SearchEntry) -> str:
    thing = entry.key if isinstance(entry, StudyEntry) else f"{MARK} {entry.text}"
    return f"{thing} | {entry.name}" if entry.name else thing
