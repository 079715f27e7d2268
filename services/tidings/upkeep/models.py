"""Tables of what keeps the system running: leases, ticks, heartbeats, pace, audit."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from tidings.db.base import Table
from tidings.db.types import UtcDateTime


class Lease(Table, table=True):
    """Something that one process at a time may do; taken by compare-and-set, database time."""

    __tablename__: ClassVar[Any] = "lease"

    name: str = Field(primary_key=True)
    holder: str
    expires_at: datetime = Field(sa_type=UtcDateTime)


class Tick(Table, table=True):
    """A slot of the timetable that was rung: two schedulers cannot ring the same one."""

    __tablename__: ClassVar[Any] = "tick"
    __table_args__: ClassVar[Any] = (UniqueConstraint("job", "slot"),)

    id: int | None = Field(default=None, primary_key=True)
    job: str
    slot: datetime = Field(
        sa_type=UtcDateTime, description="when it begins, by the time that the entry lives by"
    )
    rung_at: datetime = Field(sa_type=UtcDateTime, description="database time")


class Heartbeat(Table, table=True):
    """When a process last consumed from a queue: alive means working, not merely running."""

    __tablename__: ClassVar[Any] = "heartbeat"

    process: str = Field(primary_key=True)
    queue: str = Field(primary_key=True)
    consumed_at: datetime = Field(sa_type=UtcDateTime, description="database time")


class Pace(Table, table=True):
    """When the upstream may next be asked, shared by all processes."""

    __tablename__: ClassVar[Any] = "pace"

    name: str = Field(primary_key=True)
    next_at: datetime = Field(sa_type=UtcDateTime, description="database time")


class Breaker(Table, table=True):
    """A circuit breaker that all processes share: whom not to ask, until when, and why."""

    __tablename__: ClassVar[Any] = "breaker"

    name: str = Field(primary_key=True, description="reporter, or relay HOST:PORT")
    failures: int = Field(default=0, description="in a row")
    openings: int = Field(default=0, description="in a row; each lasts longer")
    open_until: datetime | None = Field(
        default=None, sa_type=UtcDateTime, description="database time"
    )
    reason: str = ""


class Brake(Table, table=True):
    """Something that was stopped, by whom and why; it goes on once the row is deleted."""

    __tablename__: ClassVar[Any] = "brake"

    name: str = Field(primary_key=True, description="mail")
    reason: str
    pulled_by: str
    pulled_at: datetime = Field(sa_type=UtcDateTime)


class Tally(Table, table=True):
    """How often something happened that is worth counting for ever, e.g. what recover found."""

    __tablename__: ClassVar[Any] = "tally"

    name: str = Field(primary_key=True)
    count: int = 0
    counted_until: datetime | None = Field(
        default=None,
        sa_type=UtcDateTime,
        description="calendar time; what has waited since before then is counted already",
    )


class AuditEntry(Table, table=True):
    """What an operator did; append-only, each entry sealed by a hash over the one before."""

    __tablename__: ClassVar[Any] = "audit_entry"

    id: int | None = Field(default=None, primary_key=True)
    actor: str
    action: str
    object: str
    at: datetime = Field(sa_type=UtcDateTime)
    previous_hash: str = ""
    hash: str = Field(default="", description="over this entry and previous_hash")
