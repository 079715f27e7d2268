"""The shape of the file in which a reader gets all that is held on them (pure).

Every time is UTC. What is secret is left out: of a link, a session, a token or an address of a feed
nothing but its hash is kept, and that is of no use to anybody.
"""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

FORMAT = "tidings-export/1"


class Part(BaseModel, from_attributes=True):
    """Some columns of a row, by their own names."""


class Settings(Part):
    """What holds for all mails."""

    language: str
    time_zone: str
    digest_hour: int
    quiet_from: int
    quiet_until: int
    heartbeat: bool
    names_searches: bool
    has_calendar: bool = Field(default=False, description="whether a calendar has an address")


class Consent(Part):
    """When this began and ended; ``links`` says when each confirmation was asked for and given."""

    state: str
    created_at: datetime
    confirmed_at: datetime | None
    ended_at: datetime | None
    ended_reason: str | None


class Withheld(Part):
    """Why nothing is sent to the address."""

    reason: str
    since: datetime
    until: datetime | None


class Wished(Part):
    """How something followed or searched for is to be told."""

    cadence: str
    cadence_by_kind: dict[str, str]
    threshold: dict[str, int]
    muted_until: datetime | None
    created_at: datetime
    ended_at: datetime | None
    ended_reason: str | None


class Followed(Wished):
    """A study that is or was followed; another cadence begins another one."""

    study: str = ""
    title: str = ""
    note: str


class Searched(Wished):
    """A search that is or was saved."""

    name: str
    text: str
    has_feed: bool = False


class Schedule(Part):
    """When the next digest is due."""

    cadence: str
    next_due_at: datetime
    last_due_at: datetime | None


class Digest(Part):
    """A digest that was due, whether or not there was something to tell."""

    cadence: str
    period_start: datetime
    period_end: datetime
    state: str
    started_at: datetime


class Told(Part):
    """News of one study, why it is news for this reader, and what became of it."""

    study: str = ""
    severity: str
    cadence: str
    state: str
    skipped_reason: str
    why: tuple[str, ...] = ()
    message: int | None = Field(default=None, validation_alias="delivery_id")
    may_repeat: bool
    created_at: datetime


class Event(Part):
    """One thing that happened to a message."""

    kind: str
    at: datetime
    detail: str


class Message(Part):
    """A mail, or a call of an endpoint: where it stands, and all that happened to it."""

    number: int = Field(validation_alias="id")
    channel: str
    kind: str
    state: str
    subject: str
    to: str = Field(default="", description="the address, where it is not the reader's own")
    attempts: int
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None
    last_error: str
    events: tuple[Event, ...] = ()


class Way(Part):
    """A webhook or chat; of its address so much as tells it from others."""

    kind: str
    label: str
    shown: str = ""
    failures: int
    failing_since: datetime | None
    disabled_at: datetime | None
    disabled_reason: str
    created_at: datetime
    ended_at: datetime | None


class Link(Part):
    """A mailed link, or a session of a browser: what for, and when."""

    purpose: str
    wishes: list[dict[str, Any]]
    new_address: str = ""
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


class Program(Part):
    """A token with which a program of the reader's asks."""

    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    ended_at: datetime | None


class OwnList(Part):
    """A list that the reader made."""

    slug: str
    title: str
    about: str
    language: str
    entries: list[dict[str, Any]]
    version: int
    forked_from: str
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None
    ended_at: datetime | None


class FollowedList(Part):
    """A list of somebody's that is or was followed, and what came from it."""

    slug: str = ""
    title: str = ""
    cadence: str
    given: dict[str, Any]
    version: int
    created_at: datetime
    ended_at: datetime | None
    ended_reason: str | None


class Role(Part):
    """As what the reader publishes study pages."""

    role: str
    granted_at: datetime
    ended_at: datetime | None


class Export(BaseModel):
    """All that an installation of Tidings holds on one reader."""

    format: Literal["tidings-export/1"] = FORMAT
    site: str
    made_at: datetime
    address: str
    settings: Settings
    consent: Consent
    withheld: Withheld | None
    follows: tuple[Followed, ...]
    saved_searches: tuple[Searched, ...]
    digest_schedules: tuple[Schedule, ...]
    digests: tuple[Digest, ...]
    notices: tuple[Told, ...]
    messages: tuple[Message, ...]
    endpoints: tuple[Way, ...]
    links: tuple[Link, ...]
    sessions: tuple[Link, ...]
    api_tokens: tuple[Program, ...]
    watchlists: tuple[OwnList, ...]
    watchlist_follows: tuple[FollowedList, ...]
    editor: tuple[Role, ...]
