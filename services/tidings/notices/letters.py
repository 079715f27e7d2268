"""What a mail that tells of studies says, ready for its templates to walk through (pure).

A letter is a value: equal ones say the same, so that what many readers get is rendered once. Where
a reader's own token belongs, in links, it has a slot, see rendering.slots.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Self

from tidings.projects.wording import ChangeLine

MOST_STUDIES = 25
MOST_PER_SEARCH = 10
"""Caps of a digest: past them it says how many more there are, and links to them."""

MOST_LINES = 8
"""Changes of one study that are shown; its page has all."""

MOST_GROUPS = 12
MOST_ROLLED = 5
"""Groups of a roll-up that are shown, and studies of each."""


@dataclass(frozen=True)
class Footer:
    """Why the reader gets this, and the way to end it all; no way where all is ended."""

    why: str
    home_url: str
    unsubscribe_url: str = ""
    manage_url: str = ""
    postal_address: str = ""


@dataclass(frozen=True)
class Excerpt:
    """A passage of a record that a search held on, as (text, is highlighted) pieces."""

    field: str
    pieces: tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class Study:
    """One study in a mail: who and where, what it is, what changed, why it was found.

    ``note`` is the reader's own, ``also`` names the other searches that found it.
    """

    key: str
    title: str
    url: str
    people: str = ""
    facts: str = ""
    lines: tuple[ChangeLine, ...] = ()
    more_lines: int = 0
    excerpts: tuple[Excerpt, ...] = ()
    also: tuple[str, ...] = ()
    note: str = ""
    settings_url: str = ""
    stop_url: str = ""
    may_repeat: bool = False


@dataclass(frozen=True)
class SearchLinks:
    """A saved search by its reader's name for it, and what its reader may do about it.

    ``search_id`` is that of the distinct search, which all who saved it share.
    """

    search_id: int
    name: str
    settings_url: str
    stop_url: str


@dataclass(frozen=True)
class SearchBlock:
    """What one saved search found; ``more`` studies are not shown but stand at ``more_url``."""

    search: SearchLinks
    studies: tuple[Study, ...]
    more: int
    more_url: str


@dataclass(frozen=True)
class RolledStudy:
    """One of many studies that the same happened to."""

    key: str
    title: str
    url: str
    line: ChangeLine | None


@dataclass(frozen=True)
class RollUp:
    """Many studies of one organization that the same happened to in one sweep.

    ``all_url`` leads to all of them, and to what else the mail tells.
    """

    organization: str
    headline: str
    count: int
    studies: tuple[RolledStudy, ...]
    all_url: str
    explanation: str = ""

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.count - len(self.studies)


@dataclass(frozen=True)
class Receipt:
    """What the sweep behind a mail read, so that a reader can see that nothing was missed."""

    swept_on: date
    examined: int
    changed: int
    unexamined: int
    url: str


@dataclass(frozen=True)
class AlertLetter:
    """Tells at once of one study; ``search`` is the one that found it, if it is not followed."""

    headline: str
    preheader: str
    study: Study
    receipt: Receipt | None
    footer: Footer
    search: SearchLinks | None = None


@dataclass(frozen=True)
class RollUpLetter:
    """Tells at once of many studies that one sweep had news of."""

    preheader: str
    studies: int
    groups: tuple[RollUp, ...]
    more: int
    all_url: str
    csv_url: str
    receipt: Receipt | None
    footer: Footer


@dataclass(frozen=True)
class DigestLetter:
    """Tells of everything of one period.

    ``changed`` studies of those followed have ``changes`` between them, ``found`` ones are found by
    searches. ``stale_since`` is the day of the last sweep where that is too long ago.
    """

    cadence: str
    starts_on: date
    ends_on: date
    subject: str
    preheader: str
    changes: int
    changed: int
    found: int
    followed: tuple[Study, ...]
    rolled: tuple[RollUp, ...]
    searches: tuple[SearchBlock, ...]
    receipts: tuple[Receipt, ...]
    all_url: str
    csv_url: str
    late: bool
    footer: Footer
    more_followed: int = 0
    stale_since: date | None = None

    def shorter(self) -> Self | None:
        """Return the letter with one study less, the last shown; None when one is left."""
        if len(self.followed) + sum(len(block.studies) for block in self.searches) <= 1:
            return None
        for place in reversed(range(len(self.searches))):
            block = self.searches[place]
            if block.studies:
                less = replace(block, studies=block.studies[:-1], more=block.more + 1)
                kept = (*self.searches[:place], less, *self.searches[place + 1 :])
                return replace(self, searches=kept)
        return replace(self, followed=self.followed[:-1], more_followed=self.more_followed + 1)


@dataclass(frozen=True)
class HeartbeatLetter:
    """Says that all is well and that there was nothing to tell."""

    starts_on: date
    ends_on: date
    follows: int
    searches: int
    receipt: Receipt | None
    footer: Footer
    stale_since: date | None = None
