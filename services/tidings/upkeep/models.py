"""Tables of what keeps the system running: leases, ticks, heartbeats, pace, audit."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from tidings.db.base import Table
from tidings.db.types import UtcDateTime


class Lease(Table, table=True):
    """Something that one process at a time may do; taken by compare-and-set, machine time."""

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
    slot: datetime = Field(sa_type=UtcDateTime, description="calendar time that it stands for")
    rung_at: datetime = Field(sa_type=UtcDateTime, description="machine time")


class Heartbeat(Table, table=True):
    """When a process last consumed from a queue: alive means working, not merely running."""

    __tablename__: ClassVar[Any] = "heartbeat"

    process: str = Field(primary_key=True)
    queue: str = Field(primary_key=True)
    consumed_at: datetime = Field(sa_type=UtcDateTime, description="machine time")


class Pace(Table, table=True):
    """When the upstream may next be asked, shared by all processes (machine time)."""

    __tablename__: ClassVar[Any] = "pace"

    name: str = Field(primary_key=True)
    next_at: datetime = Field(sa_type=UtcDateTime)


class AuditEntry(Table, table=True):
    """What an operator did; append-only."""

    __tablename__: ClassVar[Any] = "audit_entry"

    id: int | None = Field(default=None, primary_key=True)
    actor: str
    action: str
    object: str
    at: datetime = Field(sa_type=UtcDateTime)
