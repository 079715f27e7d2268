"""Note how far a sweep has come, and judge the source's totals before anything is read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Engine
from sqlmodel import Session

from tidings.db.session import commit, open_session
from tidings.projects import sweep_queries as queries
from tidings.projects.belief import PastTotal, is_shrunken
from tidings.projects.itinerary import PIECES, Piece, part_total, written
from tidings.projects.models import Sweep, SweepState

log = structlog.get_logger()


def note_pieces(
    session: Session,
    sweep_id: int,
    *,
    before: Sequence[Piece],
    after: Sequence[Piece],
    first: int,
    now: datetime,
) -> bool:
    """Write the pieces that a step led to; False when another process was quicker.

    ``first`` is what the step adds to the source's total. With the last piece counted the totals
    are judged: a scope that shrank is held at once, and nothing of it is read.
    """
    sweep = queries.sweep_locked(session, sweep_id)
    current = PIECES.validate_python(sweep.partitions)
    if sweep.state is not SweepState.RUNNING or current != tuple(before):
        session.rollback()
        return False
    sweep.partitions = written(after)
    sweep.total_first = (sweep.total_first or 0) + first
    if _all_counted(after) and not _all_counted(before):
        _judge(session, sweep, after, now=now)
    commit(session, "sweep.planned")
    return True


def fail_sweep(engine: Engine, sweep_id: int, reason: str, *, now: datetime) -> None:
    """End a sweep that the source refuses for good; what was read of it stays."""
    with open_session(engine) as session:
        sweep = queries.sweep_locked(session, sweep_id)
        if sweep.state is SweepState.RUNNING:
            log.error("sweep.failed", sweep_id=sweep_id, reason=reason)
            sweep.note = reason
            queries.end_sweep(session, sweep, SweepState.FAILED, now=now)
        commit(session, "sweep.failed")


def add_note(sweep: Sweep, note: str) -> None:
    """Add a sentence to what a sweep's receipt says in words."""
    sweep.note = "; ".join(filter(None, (sweep.note, note)))


def _all_counted(pieces: Sequence[Piece]) -> bool:
    return all(piece.total is not None for piece in pieces)


def _judge(session: Session, sweep: Sweep, pieces: Sequence[Piece], *, now: datetime) -> None:
    total = sweep.total_first or 0
    if missing := max(0, total - sum(piece.total or 0 for piece in pieces)):
        sweep.unexamined += missing
        add_note(sweep, f"{missing} records are in no partition")
    earlier = queries.ended_sweeps(session)
    for part in sweep.scope:
        past = _past_totals(part, earlier)
        part_now = part_total(pieces, part["name"])
        if not is_shrunken(part_now, past, now=now):
            continue
        before = next(one.total for one in past if one.complete)
        add_note(sweep, f"{part['name']} shrank from {before} records to {part_now}")
        log.error("sweep.held", sweep_id=sweep.id, reason=sweep.note)
        sweep.unexamined = total
        queries.end_sweep(session, sweep, SweepState.HELD, now=now)


def _past_totals(part: dict[str, Any], earlier: Sequence[Sweep]) -> list[PastTotal]:
    """Return what earlier sweeps counted for a part with the same criteria, newest first."""
    return [
        PastTotal(
            at=sweep.started_at,
            total=part_total(PIECES.validate_python(sweep.partitions), part["name"]),
            complete=sweep.state is SweepState.COMPLETE,
        )
        for sweep in earlier
        if part in sweep.scope
    ]
