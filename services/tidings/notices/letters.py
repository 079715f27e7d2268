"""What a mail says, ready for its templates: they only walk through it (pure)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from tidings.notices.reasons import Clause
from tidings.projects.wording import ChangeLine, label_of

MOST_STUDIES = 25
MOST_PER_SEARCH = 10
"""Caps of a digest: past them it says how many more there are, and links to them."""


@dataclass(frozen=True)
class Footer:
    """Why the reader gets this, and the way to end it all; no way where all is ended."""

    why: str
    unsubscribe_url: str
    home_url: str


@dataclass(frozen=True)
class Excerpt:
    """A passage of a record that a search held on, as (text, is highlighted) pieces."""

    field: str
    pieces: tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class Study:
    """One study in a mail: who and where in a line, what changed, why it was found."""

    key: str
    title: str
    facts: str
    url: str
    lines: tuple[ChangeLine, ...] = ()
    excerpts: tuple[Excerpt, ...] = ()
    also: tuple[str, ...] = ()
    stop_url: str = ""
    may_repeat: bool = False


@dataclass(frozen=True)
class SearchBlock:
    """What one saved search found."""

    name: str
    text: str
    studies: tuple[Study, ...]
    more: int
    more_url: str
    stop_url: str


@dataclass(frozen=True)
class Receipt:
    """What the sweep behind a mail read, so that a reader can see that nothing was missed."""

    swept_on: datetime
    examined: int
    changed: int
    unexamined: int
    url: str


@dataclass(frozen=True)
class ConfirmLetter:
    """Asks an address whether it wants what was asked for in its name."""

    wishes: tuple[str, ...]
    confirm_url: str
    hours: int
    footer: Footer


@dataclass(frozen=True)
class AlertLetter:
    """Tells at once of one study."""

    headline: str
    study: Study
    receipt: Receipt | None
    footer: Footer
    stop_search_url: str = ""


@dataclass(frozen=True)
class DigestLetter:
    """Tells of everything of one period."""

    cadence: str
    period_start: datetime
    period_end: datetime
    followed: tuple[Study, ...]
    more_followed: int
    searches: tuple[SearchBlock, ...]
    receipts: tuple[Receipt, ...]
    changes: int
    found: int
    late: bool
    footer: Footer


@dataclass(frozen=True)
class GoodbyeLetter:
    """Says that everything has ended."""

    footer: Footer


Letter = ConfirmLetter | AlertLetter | DigestLetter | GoodbyeLetter


def excerpts(clauses: Sequence[Clause], *, most: int = 3) -> tuple[Excerpt, ...]:
    """Return the passages that clauses held on, at most ``most``, cut into pieces to highlight.

    Two clauses on the same passage, as of ``end:2026``, show it once, with what either held on.
    """
    told: dict[tuple[str, str], set[tuple[int, int]]] = {}
    for one in clauses:
        if one.excerpt:
            told.setdefault((one.field, one.excerpt), set()).update(one.spans)
    shown = [
        Excerpt(label_of(field).lower(), _pieces(excerpt, spans))
        for (field, excerpt), spans in told.items()
    ]
    return tuple(shown[:most])


def _pieces(excerpt: str, spans: Collection[tuple[int, int]]) -> tuple[tuple[str, bool], ...]:
    pieces: list[tuple[str, bool]] = []
    at = 0
    for start, end in sorted(spans):
        if start < at:
            continue
        pieces += [(excerpt[at:start], False), (excerpt[start:end], True)]
        at = end
    pieces.append((excerpt[at:], False))
    return tuple(piece for piece in pieces if piece[0])
