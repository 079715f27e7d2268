"""What operators ask of sweeps."""

from collections.abc import Sequence

from sqlalchemy import func
from sqlmodel import Session, col, select

from tidings.projects.models import Change, Purpose, Quarantine, Sweep, SweepState


def recent_sweeps(session: Session, *, limit: int = 10) -> Sequence[Sweep]:
    """Return the latest sweeps, newest first."""
    return session.exec(select(Sweep).order_by(col(Sweep.id).desc()).limit(limit)).all()


def last_whole_sweep(session: Session) -> Sweep | None:
    """Return the last reading of the whole scope that has ended; probes are not."""
    whole = col(Sweep.purpose).in_((Purpose.WEEKLY, Purpose.BACKFILL))
    ended = select(Sweep).where(whole, Sweep.state != SweepState.RUNNING)
    return session.exec(ended.order_by(col(Sweep.id).desc()).limit(1)).one_or_none()


def quarantined(session: Session, *, limit: int = 20) -> Sequence[Quarantine]:
    """Return the records that are set aside, newest first."""
    return session.exec(
        select(Quarantine)
        .where(col(Quarantine.resolved_at).is_(None))
        .order_by(col(Quarantine.id).desc())
        .limit(limit)
    ).all()


def quarantine_count(session: Session) -> int:
    """Return how many records are set aside."""
    statement = select(func.count()).select_from(Quarantine)
    return session.exec(statement.where(col(Quarantine.resolved_at).is_(None))).one()


def held_by_sweep(session: Session) -> dict[int, int]:
    """Return how many changes the storm breaker holds, by sweep, newest first."""
    found = session.exec(
        select(col(Change.sweep_id), func.count())
        .where(col(Change.held_at).is_not(None), col(Change.processed_at).is_(None))
        .group_by(col(Change.sweep_id))
        .order_by(col(Change.sweep_id).desc())
    ).all()
    return dict(found)
