"""The table of audits."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlmodel import Field

from tidings.db.base import Table
from tidings.db.types import JSON_TYPE, UtcDateTime, enum_type


class AuditKind(StrEnum):
    """What was looked at again.

    RECALL: every award that RePORTER gives by another way is stored. CANARY: awards chosen at
    random are stored as RePORTER has them. MATCHES: whatever a search finds was told, or waits.
    """

    RECALL = "recall"
    CANARY = "canary"
    MATCHES = "matches"


class Audit(Table, table=True):
    """One audit: how much it looked at, how much of that was as it should be, and what was not."""

    __tablename__: ClassVar[Any] = "audit"

    id: int | None = Field(default=None, primary_key=True)
    kind: AuditKind = Field(sa_type=enum_type(AuditKind), index=True)
    sweep_id: int | None = Field(default=None, foreign_key="sweep.id")
    examined: int
    agreed: int
    findings: list[dict[str, Any]] = Field(
        default_factory=list, sa_type=JSON_TYPE, description="what did not agree, the first 100"
    )
    note: str = ""
    started_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime = Field(sa_type=UtcDateTime)
