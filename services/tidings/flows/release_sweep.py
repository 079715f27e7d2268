"""Let go what the storm breaker held."""

from datetime import datetime

from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.db.session import commit
from tidings.errors import RejectedError
from tidings.projects import sweep_queries as queries
from tidings.projects.models import Purpose, Sweep, SweepState
from tidings.upkeep.queries import note_audit


def release_sweep(session: Session, sweep_id: int, *, actor: str, now: datetime) -> int:
    """Free a sweep's held changes to be told, and return the id of the sweep they now stand under.

    They move to a sweep of their own, because a reader is told of a project once a sweep, and may
    have been told of this one. Raises RejectedError when nothing is held, so a second call
    releases nothing twice.
    """
    if session.get(Sweep, sweep_id) is None:
        session.rollback()
        raise RejectedError(f"there is no sweep {sweep_id}")
    queries.sweep_locked(session, sweep_id)
    release = Sweep(
        purpose=Purpose.RELEASE,
        state=SweepState.COMPLETE,
        note=f"released from sweep {sweep_id}",
        started_at=now,
        finished_at=now,
        ledger_no=queries.next_ledger_no(session),
    )
    session.add(release)
    session.flush()
    release.changed = queries.release(session, sweep_id, into=stored_id(release.id))
    if not release.changed:
        session.rollback()
        raise RejectedError(f"sweep {sweep_id} holds nothing back")
    note_audit(session, actor=actor, action="sweep.release", thing=f"sweep {sweep_id}")
    commit(session, "sweep.released")
    return stored_id(release.id)
