"""Tables of who reads: subscribers, what they follow, their tokens and digest times."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import Index, text
from sqlmodel import Field

from tidings.db.base import Table
from tidings.db.types import JSON_TYPE, UtcDateTime, enum_type


class Cadence(StrEnum):
    """How often a reader wants to be told, soonest first."""

    IMMEDIATE = "immediate"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    PAUSED = "paused"


CADENCE_ORDER = (Cadence.IMMEDIATE, Cadence.DAILY, Cadence.WEEKLY, Cadence.MONTHLY, Cadence.PAUSED)
DIGEST_CADENCES = (Cadence.DAILY, Cadence.WEEKLY, Cadence.MONTHLY)


class SubscriberState(StrEnum):
    """Consent. Nobody PENDING or ENDED gets anything but the confirm and goodbye mails."""

    PENDING = "pending"
    ACTIVE = "active"
    ENDED = "ended"


class EndedReason(StrEnum):
    """Why a subscription, or all of a subscriber's, came to its end."""

    UNSUBSCRIBED = "unsubscribed"
    ONE_CLICK = "one_click"
    CADENCE_CHANGED = "cadence_changed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    BY_OPERATOR = "by_operator"
    LIST_CHANGED = "list_changed"


class Subscriber(Table, table=True):
    """A reader: an address that is encrypted at rest, with consent, zone and hour."""

    __tablename__: ClassVar[Any] = "subscriber"
    __table_args__: ClassVar[Any] = {"sqlite_autoincrement": True}
    # A number is not given twice: old mails hold links that are signed for one who is deleted.

    id: int | None = Field(default=None, primary_key=True)
    address: bytes = Field(description="encrypted, see subscribers.addresses")
    address_hash: str = Field(unique=True, description="HMAC of the normalised address")
    language: str = "en"
    time_zone: str = Field(default="America/New_York", description="IANA name")
    digest_hour: int = Field(default=8, description="local hour, 0-23, at which digests are due")
    quiet_from: int = Field(default=21, description="local hour from which alerts wait")
    quiet_until: int = Field(
        default=7, description="local hour at which they go out; none wait if it is quiet_from"
    )
    heartbeat: bool = Field(
        default=False, description="wants a monthly line even when there was nothing to tell"
    )
    names_searches: bool = Field(
        default=False, description="lets subjects name what a search looks for"
    )
    calendar_hash: str | None = Field(
        default=None, unique=True, description="hash of the secret in their calendar's address"
    )
    state: SubscriberState = Field(
        default=SubscriberState.PENDING, sa_type=enum_type(SubscriberState)
    )
    created_at: datetime = Field(sa_type=UtcDateTime)
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_reason: EndedReason | None = Field(default=None, sa_type=enum_type(EndedReason))


class Follow(Table, table=True):
    """A subscriber follows a project. A changed cadence ends this row and starts another."""

    __tablename__: ClassVar[Any] = "follow"
    __table_args__: ClassVar[Any] = (
        Index(
            "uq_follow_live",
            "subscriber_id",
            "project_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    subscriber_id: int = Field(foreign_key="subscriber.id", index=True)
    project_id: int = Field(foreign_key="project.id", index=True)
    cadence: Cadence = Field(default=Cadence.WEEKLY, sa_type=enum_type(Cadence))
    cadence_by_kind: dict[str, str] = Field(
        default_factory=dict,
        sa_type=JSON_TYPE,
        description="cadences of change kinds that differ from the others'",
    )
    threshold: dict[str, int] = Field(
        default_factory=dict,
        sa_type=JSON_TYPE,
        description="what is too little to tell, see notices.preferences",
    )
    note: str = Field(default="", description="of the reader, to themselves")
    created_at: datetime = Field(sa_type=UtcDateTime)
    muted_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_reason: EndedReason | None = Field(default=None, sa_type=enum_type(EndedReason))


class DigestSchedule(Table, table=True):
    """When a reader's next digest of a cadence is due: one indexed query finds all that are."""

    __tablename__: ClassVar[Any] = "digest_schedule"

    subscriber_id: int = Field(foreign_key="subscriber.id", primary_key=True)
    cadence: Cadence = Field(sa_type=enum_type(Cadence), primary_key=True)
    next_due_at: datetime = Field(sa_type=UtcDateTime, index=True)
    last_due_at: datetime | None = Field(
        default=None,
        sa_type=UtcDateTime,
        description="end of the period told last; before the first, when the schedule was made",
    )


class TokenPurpose(StrEnum):
    """What a token allows. A SESSION's is in a cookie and works until it expires."""

    CONFIRM = "confirm"
    SIGN_IN = "sign_in"
    CHANGE_ADDRESS = "change_address"
    SESSION = "session"


class Token(Table, table=True):
    """A secret that was given out; only its hash is kept, and what was mailed works once."""

    __tablename__: ClassVar[Any] = "token"

    id: int | None = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True)
    purpose: TokenPurpose = Field(sa_type=enum_type(TokenPurpose))
    subscriber_id: int = Field(foreign_key="subscriber.id", index=True)
    wishes: list[dict[str, Any]] = Field(
        default_factory=list,
        sa_type=JSON_TYPE,
        description="what using it brings about, shaped by subscribers.wishes",
    )
    address: bytes | None = Field(
        default=None, description="sealed; the new one that a CHANGE_ADDRESS token was mailed to"
    )
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ApiToken(Table, table=True):
    """A secret with which a reader's own programs ask for what its scopes allow."""

    __tablename__: ClassVar[Any] = "api_token"

    id: int | None = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True)
    subscriber_id: int = Field(foreign_key="subscriber.id", index=True)
    name: str = Field(description="of the reader, to themselves")
    scopes: list[str] = Field(sa_type=JSON_TYPE, description="see subscribers.scopes")
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Editor(Table, table=True):
    """A reader who may publish study pages; readers see the role, never the person."""

    __tablename__: ClassVar[Any] = "editor"
    __table_args__: ClassVar[Any] = (
        Index(
            "uq_editor_live",
            "subscriber_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    subscriber_id: int | None = Field(
        default=None,
        foreign_key="subscriber.id",
        index=True,
        description="None once they had all of theirs deleted",
    )
    role: str = Field(description="what readers are told: patient advocate, nurse ...")
    granted_by: str
    granted_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
