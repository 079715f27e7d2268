"""What the API says of a reader's own things: the shapes of its answers to their programs."""

from datetime import datetime

from pydantic import BaseModel, Field

from tidings.notices.models import NoticeState
from tidings.projects.models import ChangeKind, Severity
from tidings.subscribers.models import Cadence
from tidings.web.api.shapes import Change, Clause, Key


class Token(BaseModel):
    """The token that asks."""

    name: str
    scopes: list[str] = Field(examples=[["read:me"]])
    expires_at: datetime | None = Field(description="null: good until it is ended")


class Me(BaseModel):
    """A reader's settings. Their address is not told: who has the token need not know it."""

    language: str = Field(examples=["en"])
    time_zone: str = Field(examples=["America/New_York"])
    digest_hour: int
    quiet_from: int
    quiet_until: int
    heartbeat: bool
    names_searches: bool
    token: Token


class Wish(BaseModel):
    """How often something is told, and what of it."""

    cadence: Cadence
    cadence_by_kind: dict[ChangeKind, Cadence] = Field(description="kinds that are told otherwise")
    threshold: dict[str, int] = Field(description="what is too little to tell")
    muted_until: datetime | None = Field(description="in the past: it is not muted any more")
    created_at: datetime


class Follow(Wish):
    """A study that the reader follows."""

    study: Key
    title: str
    note: str = Field(description="of the reader, to themselves")


class Follows(BaseModel):
    """All that the reader follows, oldest first."""

    follows: list[Follow]


class SavedSearch(Wish):
    """A search that the reader has saved."""

    id: int
    name: str
    text: str
    has_feed: bool = Field(description="whether there is a secret address of what it finds")


class SavedSearches(BaseModel):
    """All that the reader searches for, oldest first."""

    searches: list[SavedSearch]


class Reason(BaseModel):
    """Why the reader was told: a follow, or a saved search and what it found."""

    type: str = Field(description="follow or search")
    search: int | None = Field(description="the id of the saved search")
    found_by: list[Clause]
    changes: list[Change]


class Notice(BaseModel):
    """What the reader was told, or is to be told, of one study after one sweep."""

    id: int
    study: Key
    title: str
    severity: Severity
    state: NoticeState = Field(description="told: the next mail server has taken the mail")
    why_not: str = Field(description="why it is not told, if it is not")
    reasons: list[Reason]
    created_at: datetime


class Notices(BaseModel):
    """Notices, newest first."""

    notices: list[Notice]
    before: int | None = Field(description="ask before this id for older ones; null: there is none")


class FeedAddress(BaseModel):
    """Where a feed is; whoever has the address can read along."""

    form: str = Field(examples=["atom"])
    url: str


class OpenedFeed(BaseModel):
    """Secret addresses, told this once: only a hash of them is kept."""

    addresses: list[FeedAddress]
