"""Why a mail was sent, as values that a page or a terminal walks through (pure)."""

from dataclasses import dataclass
from datetime import datetime

from tidings.delivery.models import DeliveryEventKind, DeliveryKind, DeliveryState
from tidings.projects.models import Severity
from tidings.projects.wording import ChangeLine
from tidings.subscribers.models import Cadence


@dataclass(frozen=True)
class ClauseAccount:
    """A clause that held, in words, and the passage of the record that it held on.

    ``spans`` are [start, end) in ``excerpt``. ``holds_again`` says that the clause was evaluated
    once more, on the version of the record that the reader was told of, and held.
    """

    clause: str
    means: str
    field: str
    excerpt: str
    spans: tuple[tuple[int, int], ...]
    holds_again: bool


@dataclass(frozen=True)
class FollowAccount:
    """The reader follows the study: since when, how often to be told, and what changed."""

    follow_id: int
    since: datetime
    cadence: Cadence
    ended_at: datetime | None
    changes: tuple[ChangeLine, ...]


@dataclass(frozen=True)
class SearchAccount:
    """A saved search found the study in this version of this record, or a change of it."""

    saved_search_id: int
    name: str
    text: str
    canonical: str
    since: datetime
    cadence: Cadence
    ended_at: datetime | None
    appl_id: int
    version: int
    clauses: tuple[ClauseAccount, ...]
    changes: tuple[ChangeLine, ...]


@dataclass(frozen=True)
class StudyAccount:
    """One study that a mail tells of, the sweep that brought the news, and each reason to tell."""

    key: str
    title: str
    sweep_id: int
    swept_at: datetime
    severity: Severity
    may_repeat: bool
    reasons: tuple[FollowAccount | SearchAccount, ...]


@dataclass(frozen=True)
class Happening:
    """One thing that happened to a delivery."""

    kind: DeliveryEventKind
    at: datetime
    detail: str


@dataclass(frozen=True)
class DeliveryReasons:
    """Why a delivery was made, what it tells, and what became of it.

    The reader is named by number, never by address. ``standing`` is a sentence without "it".
    """

    delivery_id: int
    reader_id: int
    kind: DeliveryKind
    message_id: str
    subject: str
    state: DeliveryState
    standing: str
    attempts: int
    sent_at: datetime | None
    why: str
    studies: tuple[StudyAccount, ...]
    events: tuple[Happening, ...]
