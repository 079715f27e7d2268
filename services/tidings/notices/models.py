"""Tables of what is to be told to whom."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from tidings.db.base import Table
from tidings.db.types import JSON_TYPE, UtcDateTime, enum_type
from tidings.projects.models import Severity
from tidings.subscribers.models import Cadence


class NoticeState(StrEnum):
    """WAITING for its mail, BUNDLED into a delivery, TOLD once that was sent."""

    WAITING = "waiting"
    BUNDLED = "bundled"
    TOLD = "told"
    HELD = "held"
    SKIPPED = "skipped"


class Notice(Table, table=True):
    """What one reader is to be told about one project after one sweep, with every reason.

    ``reasons`` is a list of objects, shaped by notices.reasons: a follow with the ids of its
    changes, or a saved search with the clauses that held.
    """

    __tablename__: ClassVar[Any] = "notice"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("subscriber_id", "project_id", "sweep_id"),
        Index("ix_notice_state_cadence", "state", "cadence"),
        Index("ix_notice_subscriber_id_state", "subscriber_id", "state"),
        Index(
            "ix_notice_calls_waiting",
            "id",
            sqlite_where=text("calls_waiting = 1"),
            postgresql_where=text("calls_waiting"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    subscriber_id: int = Field(foreign_key="subscriber.id")
    project_id: int = Field(foreign_key="project.id", index=True)
    sweep_id: int = Field(foreign_key="sweep.id", index=True)
    severity: Severity = Field(sa_type=enum_type(Severity))
    reasons: list[dict[str, Any]] = Field(sa_type=JSON_TYPE)
    cadence: Cadence = Field(sa_type=enum_type(Cadence), description="the soonest of its reasons'")
    state: NoticeState = Field(default=NoticeState.WAITING, sa_type=enum_type(NoticeState))
    skipped_reason: str = Field(default="", description="why it is not told, or not at once")
    delivery_id: int | None = Field(default=None, foreign_key="delivery.id", index=True)
    may_repeat: bool = Field(
        default=False, description="an earlier digest with it may have arrived: its reply was lost"
    )
    calls_waiting: bool = Field(
        default=False, description="is work for flows.compose_calls: its reader has endpoints"
    )
    created_at: datetime = Field(sa_type=UtcDateTime)


class DigestRunState(StrEnum):
    """STARTED is work for flows.compose_digest."""

    STARTED = "started"
    COMPOSED = "composed"
    SKIPPED_EMPTY = "skipped_empty"


class DigestRun(Table, table=True):
    """One digest of one reader for one period, whoever starts it and however often."""

    __tablename__: ClassVar[Any] = "digest_run"
    __table_args__: ClassVar[Any] = (UniqueConstraint("subscriber_id", "cadence", "period_end"),)

    id: int | None = Field(default=None, primary_key=True)
    subscriber_id: int = Field(foreign_key="subscriber.id", index=True)
    cadence: Cadence = Field(sa_type=enum_type(Cadence))
    period_start: datetime = Field(sa_type=UtcDateTime)
    period_end: datetime = Field(sa_type=UtcDateTime)
    state: DigestRunState = Field(
        default=DigestRunState.STARTED, sa_type=enum_type(DigestRunState), index=True
    )
    delivery_id: int | None = Field(default=None, foreign_key="delivery.id")
    started_at: datetime = Field(sa_type=UtcDateTime)
