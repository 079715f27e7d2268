"""What a mail must keep to, whatever wrote it: size, links, ways out, nothing from outside (pure).

The inbox page shows what is wrong with a mail that was captured. What is grave keeps an
operator's own template from being used.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import urlsplit

from tidings.rendering.message import Rendered
from tidings.rendering.slots import SLOT

MOST_HTML = 80_000
"""Bytes: a mail program cuts at about 102,000, and other programs add to a mail on its way."""

EARLY = 10_000
"""Bytes at the start of the HTML that the first way out stands in."""

MOST_SUBJECT = 78
MOST_LINE = 998
FORBIDDEN = frozenset(
    {"script", "form", "input", "button", "iframe", "object", "embed", "link", "base", "video"}
)
FETCHING = frozenset({"src", "srcset", "background", "poster", "data"})
HEADINGS = frozenset({"h1", "h2", "h3"})
PERSONAL = re.compile(r"/(?:es/)?(?:unsubscribe|mail)/([^/?#]+)")
WAY_OUT = "/unsubscribe/"
KNOWN_OUTSIDE = frozenset({"reporter.nih.gov"})
"""Other sites that a mail may lead to."""

ALWAYS = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Auto-Submitted")


class Finding(NamedTuple):
    """One thing that is wrong; ``is_grave``: such a mail had better not go out."""

    rule: str
    words: str
    is_grave: bool = True


class Link(NamedTuple):
    """One link of a mail, and what is wrong with it; nothing where ``problem`` is empty."""

    url: str
    text: str
    problem: str


@dataclass
class Structure:
    """What the HTML of a mail is made of."""

    links: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    headings: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    forbidden: list[str] = field(default_factory=list[str])
    fetched: list[str] = field(default_factory=list[str])
    images_without_words: int = 0
    language: str = ""
    title: str = ""


TokenCheck = Callable[[str], bool]
"""Says whether a token in a personal link is one of ours."""


def is_slot(token: str) -> bool:
    """Say whether this stands where the reader's token will: in a mail that is not finished."""
    return token == SLOT


def lint(
    mail: Rendered, *, site_url: str, has_way_out: bool, is_token: TokenCheck = is_slot
) -> list[Finding]:
    """Return what is wrong with what a mail says; ``has_way_out``: its reader can unsubscribe."""
    seen = structure(mail.html)
    return [
        *_of_size(mail),
        *_of_structure(seen, mail.html),
        *_of_links(links(seen, site_url=site_url, is_token=is_token)),
        *(_of_ways_out(mail) if has_way_out else ()),
        *_of_text(seen, mail.text),
    ]


def lint_message(message: EmailMessage, raw: bytes) -> list[Finding]:
    """Return what is wrong with a message as it goes over the wire, apart from what it says."""
    return [*_of_headers(message), *_of_parts(message, raw)]


def structure(html: str) -> Structure:
    """Return what the HTML of a mail is made of."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.seen


def links(seen: Structure, *, site_url: str, is_token: TokenCheck = is_slot) -> tuple[Link, ...]:
    """Return each link with what is wrong with it."""
    return tuple(
        Link(url, text, _problem(url, site_url, is_token))
        for url, text in seen.links
        if not url.startswith("#")
    )


def _problem(url: str, site_url: str, is_token: TokenCheck) -> str:
    parts, home = urlsplit(url), urlsplit(site_url)
    if parts.scheme not in {"https", home.scheme} or parts.scheme not in {"http", "https"}:
        return "it is no https link"
    if parts.netloc != home.netloc:
        return "" if parts.netloc in KNOWN_OUTSIDE else "it leads to another site"
    personal = PERSONAL.match(parts.path)
    return "" if personal is None or is_token(personal[1]) else "its token is not one of ours"


def _of_size(mail: Rendered) -> Iterator[Finding]:
    size = len(mail.html.encode())
    if size > MOST_HTML:
        yield Finding("size", f"the HTML has {size:,} bytes, more than {MOST_HTML:,}")
    if not mail.subject:
        yield Finding("subject", "there is no subject")
    elif len(mail.subject) > MOST_SUBJECT:
        words = f"the subject has {len(mail.subject)} characters, more than {MOST_SUBJECT}"
        yield Finding("subject", words, is_grave=False)
    if not mail.text.strip():
        yield Finding("text", "the text part is empty")


def _of_structure(seen: Structure, html: str) -> Iterator[Finding]:
    for name in seen.forbidden:
        yield Finding("elements", f"<{name}> has no place in a mail")
    for address in seen.fetched:
        yield Finding("outside", f"opening it would fetch {address[:80]}")
    if re.search(r"url\s*\(|@import", html):
        yield Finding("outside", "its style would fetch something")
    if seen.images_without_words:
        yield Finding("alt", f"{seen.images_without_words} images have no alt text", is_grave=False)
    first = sum(level == "h1" for level, _ in seen.headings)
    if first != 1:
        yield Finding("headings", f"there are {first} first headings, not one", is_grave=False)
    if not seen.language or not seen.title:
        yield Finding("language", "it does not say its language or its title", is_grave=False)


def _of_links(found: tuple[Link, ...]) -> Iterator[Finding]:
    for link in found:
        if link.problem:
            yield Finding("links", f"{link.url[:100]}: {link.problem}")


def _of_ways_out(mail: Rendered) -> Iterator[Finding]:
    encoded = mail.html.encode()
    places = [found.start() for found in re.finditer(WAY_OUT.encode(), encoded)]
    if not places or places[0] > EARLY:
        words = f"the first {EARLY:,} bytes hold no link to unsubscribe"
        yield Finding("way out", words, is_grave=not places)
    if WAY_OUT not in mail.text:
        yield Finding("way out", "the text part has no link to unsubscribe")


def _of_text(seen: Structure, text: str) -> Iterator[Finding]:
    missing = {url for url, _ in seen.links if url not in text and not url.startswith("#")}
    for url in sorted(missing):
        yield Finding("text", f"the text part does not have {url[:100]}", is_grave=False)
    words = _flat(text)
    for _, heading in seen.headings:
        if _flat(heading) not in words:
            yield Finding("text", f"the text part does not say {heading[:80]!r}", is_grave=False)


def _of_headers(message: EmailMessage) -> Iterator[Finding]:
    for name in ALWAYS:
        count = len(message.get_all(name, []))
        if count != 1:
            yield Finding("headers", f"{name} is there {count} times, not once")
    if message["List-Unsubscribe"] is None:
        return
    if message["List-Unsubscribe-Post"] != "List-Unsubscribe=One-Click":
        yield Finding("headers", "List-Unsubscribe-Post does not offer one click (RFC 8058)")
    for name in ("List-Id", "Feedback-ID"):
        if message[name] is None:
            yield Finding("headers", f"{name} is missing", is_grave=False)


def _of_parts(message: EmailMessage, raw: bytes) -> Iterator[Finding]:
    kinds = [part.get_content_type() for part in message.walk()]
    if kinds != ["multipart/alternative", "text/plain", "text/html"]:
        yield Finding("parts", f"its parts are {', '.join(kinds)}, not text before HTML")
    for part in message.walk():
        if part.defects:
            yield Finding("parts", f"{part.get_content_type()} is malformed: {part.defects[0]!r}")
    longest = max(map(len, raw.splitlines()), default=0)
    if longest > MOST_LINE:
        yield Finding("lines", f"a line has {longest} bytes, more than {MOST_LINE}")


def _flat(text: str) -> str:
    return " ".join(text.split()).casefold()


class _Reader(HTMLParser):
    """Notes what lint asks about; style and the like count as no text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen = Structure()
        self._open: list[tuple[str, str, list[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.seen.language = given.get("lang", "")
        if tag in FORBIDDEN or any(name.startswith("on") for name in given):
            self.seen.forbidden.append(tag)
        if tag == "img" and "alt" not in given:
            self.seen.images_without_words += 1
        self.seen.fetched += [
            value
            for name, value in given.items()
            if name in FETCHING and not value.startswith("data:")
        ]
        if tag in HEADINGS or tag in {"a", "title"}:
            self._open.append((tag, given.get("href", ""), []))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1][0] != tag:
            return
        _, address, pieces = self._open.pop()
        text = "".join(pieces)
        if self._open:
            self._open[-1][2].append(text)
        if tag == "a":
            self.seen.links.append((address, text))
        elif tag == "title":
            self.seen.title = text
        else:
            self.seen.headings.append((tag, text))

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open[-1][2].append(data)
