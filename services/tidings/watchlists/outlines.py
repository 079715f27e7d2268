"""Lists as OPML 2.0, the format in which feed readers exchange what they subscribe to (pure)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NoReturn
from urllib.parse import quote, urlencode
from xml.etree import ElementTree as ET
from xml.parsers import expat

from tidings.errors import RejectedError
from tidings.rendering.speech import Sayable
from tidings.watchlists.entries import (
    LONGEST_NAME,
    LONGEST_TITLE,
    MOST_ENTRIES,
    SearchEntry,
    StudyEntry,
    clean,
    entry_at,
)

LARGEST = 512 * 1024
DEEPEST = 50
ADDRESSES = ("xmlUrl", "htmlUrl", "url")
"""Attributes of an outline that may say where it leads, the first that we know counts."""

NO_XML = Sayable("This is no OPML file: {problem}.")


@dataclass
class Outline:
    """What an OPML file names of what we know."""

    title: str = ""
    entries: list[StudyEntry | SearchEntry] = field(default_factory=list[StudyEntry | SearchEntry])
    passed_over: int = 0


def written(title: str, entries: Iterable[StudyEntry | SearchEntry], *, site: str) -> bytes:
    """Return entries as OPML: of a study its feed, of a search the page of what it finds."""
    root = ET.Element("opml", {"version": "2.0"})
    ET.SubElement(ET.SubElement(root, "head"), "title").text = clean(title)
    body = ET.SubElement(root, "body")
    for entry in entries:
        ET.SubElement(body, "outline", _attributes(entry, site))
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


def read(data: bytes) -> Outline:
    """Return what an OPML file names; raises RejectedError, in words, for what is none.

    A file that defines entities, or anything of its own, is refused: no OPML needs that, and it is
    how XML is made to swell or to fetch.
    """
    if len(data) > LARGEST:
        raise RejectedError(Sayable("This file is too large for a list."))
    reader = _Reader()
    try:
        reader.parse(data)
    except expat.ExpatError as error:
        problem = Sayable("it is no XML after line {line}", line=str(error.lineno))
        raise RejectedError(Sayable(NO_XML, problem=problem)) from error
    if reader.root != "opml":
        raise RejectedError(Sayable(NO_XML, problem=Sayable("it does not begin with opml")))
    return reader.outline


class _Reader:
    """Takes the outlines out of a file, and nothing else."""

    def __init__(self) -> None:
        self.outline = Outline()
        self.root = ""
        self._path: list[str] = []
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = _refuse
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text

    def parse(self, data: bytes) -> None:
        """Read the file."""
        self._parser.Parse(data, True)  # noqa: FBT003 - expat takes no names

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.root = self.root or name
        self._path.append(name)
        if len(self._path) > DEEPEST:
            raise RejectedError(Sayable(NO_XML, problem=Sayable("it is nested too deep")))
        if name == "outline":
            self._take(attributes)

    def _end(self, _name: str) -> None:
        self._path.pop()

    def _text(self, text: str) -> None:
        if self._path == ["opml", "head", "title"]:
            self.outline.title = clean(self.outline.title + text)[:LONGEST_TITLE]

    def _take(self, attributes: dict[str, str]) -> None:
        there = [attributes[name] for name in ADDRESSES if attributes.get(name)]
        name = clean(attributes.get("text") or attributes.get("title") or "")[:LONGEST_NAME]
        found = next(filter(None, (entry_at(one, name) for one in there)), None)
        if found is not None and len(self.outline.entries) <= MOST_ENTRIES:
            self.outline.entries.append(found)
        elif there:
            self.outline.passed_over += 1


def _refuse(*_: object) -> NoReturn:
    raise RejectedError(Sayable(NO_XML, problem=Sayable("it has a document type of its own")))


def _attributes(entry: StudyEntry | SearchEntry, site: str) -> dict[str, str]:
    if isinstance(entry, SearchEntry):
        page = f"{site}/studies?{urlencode({'q': entry.text})}"
        return {"type": "link", "text": entry.name or entry.text, "url": page}
    page = f"{site}/studies/{quote(entry.key, safe='')}"
    return {
        "type": "rss",
        "text": entry.name or entry.key,
        "xmlUrl": f"{page}/feed.atom",
        "htmlUrl": page,
    }
