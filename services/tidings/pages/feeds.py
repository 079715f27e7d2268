"""Atom and JSON Feed, from entries that are ready to be read (pure)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import orjson

ATOM = "http://www.w3.org/2005/Atom"
JSON_FEED = "https://jsonfeed.org/version/1.1"
TAGGED_SINCE = 2026
"""The year in our tag addresses (RFC 4151): whoever had the domain then names the thing."""

_UNFIT = re.compile(
    "[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"  # XML 1.0 has no such characters
    "|[\u202a-\u202e\u2066-\u2069]"  # and these would turn our own words around
)


@dataclass(frozen=True)
class Entry:
    """One piece of news; ``id`` never changes, ``paragraphs`` are plain text."""

    id: str
    title: str
    url: str
    updated: datetime
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Feed:
    """A page of entries, newest first; ``older_url`` leads to the page after it, if there is one.

    ``updated`` is when the newest entry came, or the thing itself where there is none.
    """

    id: str
    title: str
    subtitle: str
    language: str
    url: str
    home_url: str
    updated: datetime
    entries: tuple[Entry, ...]
    older_url: str = ""


def tag(site_url: str, *parts: str | int) -> str:
    """Return the name of a thing for ever, wherever it is read: a tag address."""
    host = urlsplit(site_url).hostname or "localhost"
    return f"tag:{host},{TAGGED_SINCE}:{'/'.join(str(part) for part in parts)}"


def clean(text: str) -> str:
    """Return a text without characters that XML cannot hold or that turn a line around."""
    return _UNFIT.sub("", text)


def atom(feed: Feed) -> bytes:
    """Return a feed as Atom (RFC 4287); whatever the texts hold is text there, never markup."""
    ET.register_namespace("", ATOM)
    root = ET.Element(_name("feed"), {"{http://www.w3.org/XML/1998/namespace}lang": feed.language})
    _add(root, "id", feed.id)
    _add(root, "title", feed.title)
    _add(root, "subtitle", feed.subtitle)
    _add(root, "updated", feed.updated.isoformat())
    _link(root, "self", feed.url, "application/atom+xml")
    _link(root, "alternate", feed.home_url, "text/html")
    if feed.older_url:
        _link(root, "next", feed.older_url, "application/atom+xml")
    author = ET.SubElement(root, _name("author"))
    _add(author, "name", "Tidings")
    for entry in feed.entries:
        _add_entry(root, entry)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


def json_feed(feed: Feed) -> bytes:
    """Return a feed as JSON Feed 1.1."""
    whole: dict[str, Any] = {
        "version": JSON_FEED,
        "title": clean(feed.title),
        "description": clean(feed.subtitle),
        "home_page_url": feed.home_url,
        "feed_url": feed.url,
        "language": feed.language,
        "authors": [{"name": "Tidings"}],
        "items": [_item(entry) for entry in feed.entries],
    }
    return orjson.dumps(whole | ({"next_url": feed.older_url} if feed.older_url else {}))


def _item(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "url": entry.url,
        "title": clean(entry.title),
        "content_html": _html(entry.paragraphs),
        "content_text": "\n\n".join(clean(one) for one in entry.paragraphs),
        "date_published": entry.updated.isoformat(),
    }


def _add_entry(root: ET.Element, entry: Entry) -> None:
    added = ET.SubElement(root, _name("entry"))
    _add(added, "id", entry.id)
    _add(added, "title", entry.title)
    _add(added, "updated", entry.updated.isoformat())
    _add(added, "published", entry.updated.isoformat())
    _link(added, "alternate", entry.url, "text/html")
    content = ET.SubElement(added, _name("content"), {"type": "html"})
    content.text = _html(entry.paragraphs)


def _html(paragraphs: Iterable[str]) -> str:
    return "".join(f"<p>{escape(clean(one))}</p>" for one in paragraphs)


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, _name(name)).text = clean(text)


def _link(parent: ET.Element, relation: str, url: str, kind: str) -> None:
    ET.SubElement(parent, _name("link"), {"rel": relation, "href": url, "type": kind})


def _name(local: str) -> str:
    return f"{{{ATOM}}}{local}"
