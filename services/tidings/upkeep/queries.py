"""All SQL about leases, ticks and heartbeats; every time here is machine time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_
from sqlmodel import Session, col, delete, select, update

from tidings.clock import machine_now
from tidings.db.upsert import insert_ignore
from tidings.upkeep.models import AuditEntry, Heartbeat, Lease, Tick


def take_lease(session: Session, name: str, holder: str, *, ttl: timedelta) -> bool:
    """Take or renew the lease ``name``; False while somebody else holds it.

    By compare-and-set, so that of two who try at once one gets it. The caller commits.
    """
    now = machine_now()
    taken = session.exec(
        update(Lease)
        .where(
            col(Lease.name) == name,
            or_(col(Lease.holder) == holder, col(Lease.expires_at) <= now),
        )
        .values(holder=holder, expires_at=now + ttl)
    )
    if taken.rowcount:
        return True
    row = {"name": name, "holder": holder, "expires_at": now + ttl}
    return insert_ignore(session, Lease, [row]) == 1


def release_lease(session: Session, name: str, holder: str) -> None:
    """Give the lease back, if ``holder`` still has it. The caller commits."""
    session.exec(delete(Lease).where(col(Lease.name) == name, col(Lease.holder) == holder))


def lease_by_name(session: Session, name: str) -> Lease | None:
    """Return who holds, or last held, the lease."""
    return session.get(Lease, name)


def ring_slot(session: Session, job: str, slot: datetime) -> bool:
    """Note that ``job`` is rung for its slot; False when it was already. The caller commits."""
    row = {"job": job, "slot": slot, "rung_at": machine_now()}
    return insert_ignore(session, Tick, [row]) == 1


def last_ticks(session: Session) -> dict[str, Tick]:
    """Return the latest tick of every job that ever rang."""
    latest = select(func.max(col(Tick.id))).group_by(col(Tick.job))
    ticks = session.exec(select(Tick).where(col(Tick.id).in_(latest))).all()
    return {tick.job: tick for tick in ticks}


def beat(session: Session, process: str, queue: str) -> None:
    """Note that ``process`` consumed from ``queue`` just now. The caller commits."""
    now = machine_now()
    beaten = session.exec(
        update(Heartbeat)
        .where(col(Heartbeat.process) == process, col(Heartbeat.queue) == queue)
        .values(consumed_at=now)
    )
    if not beaten.rowcount:
        row = {"process": process, "queue": queue, "consumed_at": now}
        insert_ignore(session, Heartbeat, [row])


def heartbeats(session: Session) -> Sequence[Heartbeat]:
    """Return every process and queue, the one that consumed last first."""
    return session.exec(select(Heartbeat).order_by(col(Heartbeat.consumed_at).desc())).all()


def note_audit(session: Session, *, actor: str, action: str, thing: str) -> None:
    """Write down what an operator did. The caller commits."""
    session.add(AuditEntry(actor=actor, action=action, object=thing, at=machine_now()))


def delete_old_ticks(session: Session, *, before: datetime) -> int:
    """Delete ticks rung before then, but the last of each job; return how many."""
    latest = select(func.max(col(Tick.id))).group_by(col(Tick.job))
    statement = delete(Tick).where(col(Tick.rung_at) < before, col(Tick.id).not_in(latest))
    return session.exec(statement).rowcount


def delete_old_heartbeats(session: Session, *, before: datetime) -> int:
    """Delete the heartbeats of processes that are long gone; return how many."""
    return session.exec(delete(Heartbeat).where(col(Heartbeat.consumed_at) < before)).rowcount
