"""All SQL about leases, ticks, heartbeats and tallies; leases live by the database's time."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_
from sqlmodel import Session, col, delete, select, update

from tidings.db.time import database_now
from tidings.db.upsert import insert_ignore, insert_or_add
from tidings.upkeep import audit_log
from tidings.upkeep.models import Heartbeat, Lease, Tally, Tick


def take_lease(session: Session, name: str, holder: str, *, ttl: timedelta) -> bool:
    """Take or renew the lease ``name``; False while somebody else holds it.

    By compare-and-set, so that of two who try at once one gets it. Everybody takes a lease for the
    same ``ttl``: one that ends far later than any taken now was taken before the database's clock
    was set back, and counts as ended. The caller commits.
    """
    now = database_now(session)
    ended = or_(col(Lease.expires_at) <= now, col(Lease.expires_at) > now + 2 * ttl)
    taken = session.exec(
        update(Lease)
        .where(col(Lease.name) == name, or_(col(Lease.holder) == holder, ended))
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
    row = {"job": job, "slot": slot, "rung_at": database_now(session)}
    return insert_ignore(session, Tick, [row]) == 1


def forget_slots_after(session: Session, job: str, moment: datetime) -> None:
    """Forget that slots were rung which begin later than that. The caller commits.

    A clock that was ahead for a while has rung them; left there, they would keep the job silent
    until the clock that was set right comes to where it was.
    """
    session.exec(delete(Tick).where(col(Tick.job) == job, col(Tick.slot) > moment))


def tick_of(session: Session, job: str, slot: datetime) -> Tick | None:
    """Return the tick of the job's slot; None when it was not rung."""
    return session.exec(
        select(Tick).where(col(Tick.job) == job, col(Tick.slot) == slot)
    ).one_or_none()


def last_ticks(session: Session) -> dict[str, Tick]:
    """Return the latest tick of every job that ever rang."""
    latest = select(func.max(col(Tick.id))).group_by(col(Tick.job))
    ticks = session.exec(select(Tick).where(col(Tick.id).in_(latest))).all()
    return {tick.job: tick for tick in ticks}


def beat(session: Session, process: str, queue: str) -> None:
    """Note that ``process`` consumed from ``queue`` just now. The caller commits."""
    now = database_now(session)
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
    """Write down what an operator did, sealed. The caller commits."""
    audit_log.append(session, actor=actor, action=action, thing=thing)


def delete_old_ticks(session: Session, *, before: datetime) -> int:
    """Delete ticks rung before then, but the last of each job; return how many."""
    latest = select(func.max(col(Tick.id))).group_by(col(Tick.job))
    statement = delete(Tick).where(col(Tick.rung_at) < before, col(Tick.id).not_in(latest))
    return session.exec(statement).rowcount


def delete_old_heartbeats(session: Session, *, before: datetime) -> int:
    """Delete the heartbeats of processes that are long gone; return how many."""
    return session.exec(delete(Heartbeat).where(col(Heartbeat.consumed_at) < before)).rowcount


def counted_until(session: Session, names: Collection[str]) -> dict[str, datetime | None]:
    """Return up to when each of these was counted; whoever asks next waits until we commit."""
    insert_ignore(session, Tally, [{"name": name, "count": 0} for name in sorted(names)])
    statement = select(Tally).where(col(Tally.name).in_(names)).order_by(col(Tally.name))
    rows = session.exec(statement.with_for_update().execution_options(populate_existing=True))
    return {row.name: row.counted_until for row in rows}


def add_to_tallies(session: Session, counts: Mapping[str, int], *, until: datetime) -> None:
    """Add to each tally what was counted up to that moment. The caller commits."""
    rows = [
        {"name": name, "count": count, "counted_until": until} for name, count in counts.items()
    ]
    insert_or_add(session, Tally, rows, add=("count",), replace=("counted_until",))


def count_up(session: Session, counts: Mapping[str, int]) -> None:
    """Add to each tally. The caller commits."""
    rows = [{"name": name, "count": count} for name, count in sorted(counts.items())]
    insert_or_add(session, Tally, rows, add=("count",), replace=())


def tallies(session: Session, *, prefix: str) -> Sequence[Tally]:
    """Return the tallies whose names begin so, by name."""
    named = col(Tally.name).startswith(prefix, autoescape=True)
    return session.exec(select(Tally).where(named).order_by(col(Tally.name))).all()
