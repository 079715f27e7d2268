"""What a webhook is sent: events as JSON, signed as Standard Webhooks says (pure)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field
from standardwebhooks import Webhook

USER_AGENT = "Tidings-Webhooks/1"


class Study(BaseModel, frozen=True):
    """The project that an event is about."""

    key: str = Field(description="names the project through all its years, e.g. CA286969")
    title: str = Field(description="as of the version that the news is about")
    url: str = Field(description="its page here")


class ChangeSaid(BaseModel, frozen=True):
    """One field of one award that is not what it was."""

    id: int
    kind: str = Field(description="e.g. end_cut, extended, amount_changed")
    severity: str = Field(description="critical, notable, info or quiet")
    field: str = Field(description="as RePORTER names it; `award` for a new award")
    before: Any = Field(description="canonical: dates as 2027-07-31, nothing as null")
    after: Any
    award: int = Field(description="RePORTER's appl_id")
    version: int = Field(description="of the award, counted here from 1")
    seen_at: datetime
    words: str = Field(description="the change as mails tell it, in the reader's language")


class ReasonSaid(BaseModel, frozen=True):
    """Why the reader is told: a study that is followed, or a saved search."""

    type: Literal["follow", "search"]
    search_id: int | None = None
    name: str | None = Field(default=None, description="the reader's name for the search")
    query: str | None = None


class SweepSaid(BaseModel, frozen=True):
    """The reading of RePORTER that brought it to light."""

    id: int
    receipt_url: str = Field(description="what was read, and that nothing was left out")


class StudyNews(BaseModel, frozen=True):
    """What happened to one study in one sweep, all of it."""

    study: Study
    severity: str = Field(description="the worst of its changes'")
    changes: tuple[ChangeSaid, ...] = Field(description="worst first; empty for a plain find")
    reasons: tuple[ReasonSaid, ...]
    sweep: SweepSaid


class StudyEvent(BaseModel, frozen=True):
    """The body of a call."""

    type: Literal["study.changed", "study.found"]
    timestamp: datetime = Field(description="when the notice was made; the same on every attempt")
    data: StudyNews


class Probe(BaseModel, frozen=True):
    """What a test says."""

    message: str


class ProbeEvent(BaseModel, frozen=True):
    """The body of the call that proves that an endpoint answers."""

    type: Literal["endpoint.test"] = "endpoint.test"
    timestamp: datetime
    data: Probe = Probe(message="Tidings can reach this address.")


def headers_of(
    body: bytes, *, webhook_id: str, secrets: Sequence[str], at: datetime
) -> Mapping[str, str]:
    """Return the headers of a call: its name, its moment, and a signature by each secret."""
    text = body.decode()
    signatures = [Webhook(secret).sign(webhook_id, at, text) for secret in secrets]
    return {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
