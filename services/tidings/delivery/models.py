"""Tables of the outbox: what is to be sent, what was, and to whom nothing may be."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import Index
from sqlmodel import Field

from tidings.db.base import Table
from tidings.db.types import UtcDateTime, enum_type


class DeliveryKind(StrEnum):
    """Which mail it is; its templates are in ``templates/mail/<kind with dashes>``."""

    CONFIRM = "confirm"
    WELCOME = "welcome"
    CHANGE_ALERT = "change_alert"
    ROLL_UP = "roll_up"
    DIGEST = "digest"
    HEARTBEAT = "heartbeat"
    GOODBYE = "goodbye"
    SIGN_IN = "sign_in"
    CHANGE_ADDRESS = "change_address"
    ADDRESS_CHANGED = "address_changed"
    ENDPOINT_DISABLED = "endpoint_disabled"
    BRAKE_PULLED = "brake_pulled"


class Channel(StrEnum):
    """By which way it goes."""

    MAIL = "mail"
    WEBHOOK = "webhook"
    CHAT = "chat"


class DeliveryState(StrEnum):
    """Where one message stands. SENT means that the next mail server accepted it, no more.

    DEFERRED waits for ``due_at`` after a failure; FAILED is the dead letter and can be replayed;
    UNKNOWN is a hand-over whose reply was lost.
    """

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    UNKNOWN = "unknown"


class Delivery(Table, table=True):
    """One message to one address: a row of the outbox.

    It is written in the transaction that decides that the message is due, so that a lost queue
    loses nothing. Its mail is rendered from rows when it is sent. ``due_at`` is calendar time,
    the lease is machine time.
    """

    __tablename__: ClassVar[Any] = "delivery"
    __table_args__: ClassVar[Any] = (Index("ix_delivery_state_due_at", "state", "due_at"),)

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, description="deduplication key, see tidings.keys")
    subscriber_id: int = Field(foreign_key="subscriber.id", index=True)
    channel: Channel = Field(default=Channel.MAIL, sa_type=enum_type(Channel))
    kind: DeliveryKind = Field(sa_type=enum_type(DeliveryKind))
    address: bytes | None = Field(
        default=None, description="sealed; where a mail goes that is not for the reader's address"
    )
    endpoint_id: int | None = Field(
        default=None, foreign_key="endpoint.id", description="where it goes if it is no mail"
    )
    notice_id: int | None = Field(
        default=None, index=True, description="the notice that it tells if it is no mail"
    )
    state: DeliveryState = Field(default=DeliveryState.PENDING, sa_type=enum_type(DeliveryState))
    message_id: str = Field(index=True)
    secret: str = Field(default="", description="encrypted token that only this mail may show")
    subject: str = Field(default="", description="as it was sent")
    attempts: int = 0
    crashes: int = Field(default=0, description="workers that died with this message in hand")
    due_at: datetime = Field(sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    lease_owner: str | None = None
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    last_error: str = ""


class DeliveryEventKind(StrEnum):
    """What became of a hand-over.

    BOUNCED_HARD says that there is no such address, BOUNCED_SOFT that this message did not get
    through, BOUNCED_SENDER that our own domain is refused.
    """

    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SUPPRESSED = "suppressed"
    REPLAYED = "replayed"
    RELEASED = "released"
    BOUNCED_SOFT = "bounced_soft"
    BOUNCED_HARD = "bounced_hard"
    BOUNCED_SENDER = "bounced_sender"
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"


class DeliveryEvent(Table, table=True):
    """One thing that happened to a delivery; append-only."""

    __tablename__: ClassVar[Any] = "delivery_event"
    __table_args__: ClassVar[Any] = (Index("ix_delivery_event_kind_at", "kind", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    delivery_id: int = Field(foreign_key="delivery.id", index=True)
    kind: DeliveryEventKind = Field(sa_type=enum_type(DeliveryEventKind))
    at: datetime = Field(sa_type=UtcDateTime)
    detail: str = ""


class Suppression(Table, table=True):
    """An address that gets nothing, known by its HMAC alone; for good unless ``until`` is set."""

    __tablename__: ClassVar[Any] = "suppression"

    address_hash: str = Field(primary_key=True)
    reason: str = Field(description="see delivery.suppression")
    since: datetime = Field(sa_type=UtcDateTime)
    until: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)


class EndpointKind(StrEnum):
    """How an endpoint is spoken to: Standard Webhooks, or Apprise."""

    WEBHOOK = "webhook"
    CHAT = "chat"


class Endpoint(Table, table=True):
    """Where a reader wants notices to go besides mail; its address and secret are sealed."""

    __tablename__: ClassVar[Any] = "endpoint"

    id: int | None = Field(default=None, primary_key=True)
    subscriber_id: int = Field(foreign_key="subscriber.id", index=True)
    kind: EndpointKind = Field(sa_type=enum_type(EndpointKind))
    label: str = Field(default="", description="the reader's name for it")
    address: bytes = Field(description="sealed address")
    secret: bytes = Field(default=b"", description="sealed signing secret of a webhook")
    failures: int = Field(default=0, description="deliveries that failed in a row")
    failing_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    disabled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    disabled_reason: str = ""
    created_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
