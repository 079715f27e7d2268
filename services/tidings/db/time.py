"""The time that leases, pacing and heartbeats live by: the database's, whatever our clocks say.

A worker's clock may be wrong, and may jump by a day when it is set right. Whoever compares a lease
with such a clock takes what another still holds, or waits a day for what nobody does. So PostgreSQL
is asked for its own time. SQLite has none: all its users are on one machine, whose time since boot
is the same for all of them, goes on while the machine sleeps and never jumps. It is turned into an
instant by adding the moment at which the boot began, which its first writer notes for all others.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import func
from sqlmodel import Field, Session, select

from tidings.clock import machine_now
from tidings.db.base import Table
from tidings.db.engine import READ_ONLY
from tidings.db.types import UtcDateTime
from tidings.db.upsert import insert_ignore

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_BEGAN = "tidings_boot_began_at"


class Boot(Table, table=True):
    """One boot of the machine that has the SQLite database, and when it began."""

    __tablename__: ClassVar[Any] = "boot"

    id: str = Field(primary_key=True)
    began_at: datetime = Field(sa_type=UtcDateTime)


def database_now(session: Session) -> datetime:
    """Return the time that all users of this database agree on, in UTC."""
    if session.get_bind().dialect.name == "postgresql":
        return session.exec(select(func.clock_timestamp())).one().astimezone(UTC)
    began_at = _began_at(session, boot_id())
    return machine_now() if began_at is None else began_at + since_boot()


def boot_id(read: Callable[[], str] = lambda: BOOT_ID.read_text(encoding="ascii")) -> str:
    """Name the boot that this machine is in; nothing where the system has no name for it."""
    try:
        return read().strip()
    except OSError:
        return ""


def since_boot() -> timedelta:
    """Return how long this boot has lasted; only where a boot has a name."""
    return timedelta(seconds=time.clock_gettime(time.CLOCK_BOOTTIME))


def _began_at(session: Session, boot: str) -> datetime | None:
    """Return what the first user of this boot noted; note it if that is us."""
    if not boot:
        return None
    connection = session.connection()
    if (known := connection.info.get(_BEGAN)) is not None:
        return known
    noted = session.get(Boot, boot)
    if noted is not None:
        connection.info[_BEGAN] = noted.began_at
        return noted.began_at
    began_at = machine_now() - since_boot()
    if not connection.get_execution_options().get(READ_ONLY, False):
        insert_ignore(session, Boot, [{"id": boot, "began_at": began_at}])
    return began_at
