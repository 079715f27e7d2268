"""End a sweep: its receipt, what was absent, and the storm breaker."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

import structlog
from sqlalchemy import Engine
from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.db.session import commit, open_reader, open_session
from tidings.flows.audit_recall import left_out, note_recall
from tidings.flows.baseline import find_known
from tidings.flows.confirm_absences import Absences, look_for_absent, note_absences
from tidings.flows.hold_storms import hold_storms
from tidings.flows.plan_sweep import add_note
from tidings.projects import sweep_queries as queries
from tidings.projects.itinerary import PIECES, adding_up, next_step
from tidings.projects.models import Purpose, Sweep, SweepState
from tidings.projects.source import Source
from tidings.searches.queries import add_matches, all_live_searches

log = structlog.get_logger()

Known = Mapping[str, list[dict[str, Any]]]
"""Rows of matches by the canonical form of their search, see flows.baseline."""


@dataclass(frozen=True)
class FinishedSweep:
    """How a sweep ended, and how many changes of it flows.match_changes has to look at."""

    sweep_id: int
    state: SweepState
    waiting: int


def finish_sweep(engine: Engine, client: Source, sweep_id: int, *, now: datetime) -> FinishedSweep:
    """Write a sweep's receipt once all of it was read, and let its changes be matched.

    A sweep with anything unexamined ends HELD, and then nothing counts as absent. In a complete
    one every award of the scope that did not come is absent once more. Those absent for a day or
    longer are asked for by number first, outside of any transaction; one that is not there either
    and has been absent for four weeks is MISSING. A RECONCILE counts no absences: it is there to
    find what others missed, and leaves an audit of that.

    Safe to call twice: all is written in one transaction, which begins by looking whether the
    sweep still runs. A call that comes too early does nothing.
    """
    end = _end_of(engine, sweep_id)
    if end is not None:
        whole = end is SweepState.COMPLETE
        absences = _absences(engine, client, sweep_id, now=now) if whole else Absences()
        known = _known_from_the_start(engine, sweep_id, now=now)
        with open_session(engine) as session:
            sweep = queries.sweep_locked(session, sweep_id)
            if sweep.state is SweepState.RUNNING:
                if whole:
                    note_absences(session, sweep, absences, now=now)
                if sweep.purpose is Purpose.RECONCILE:
                    note_recall(session, sweep, now=now)
                examined = len(queries.ids_seen(session, sweep_id))
                hold_storms(session, sweep, examined=examined, now=now)
                _know(session, known)
                _write_receipt(session, sweep, end, now=now)
            commit(session, "sweep.finished")
    with open_reader(engine) as session:
        state = session.get_one(Sweep, sweep_id).state
        return FinishedSweep(sweep_id, state, queries.waiting_changes(session, sweep_id))


def _end_of(engine: Engine, sweep_id: int) -> SweepState | None:
    """Return how a sweep is to end, None while it is not read to its end or has ended already."""
    with open_reader(engine) as session:
        sweep = session.get_one(Sweep, sweep_id)
        pieces = PIECES.validate_python(sweep.partitions)
        step = next_step(pieces, queries.pages_seen(session, sweep_id))
        if sweep.state is not SweepState.RUNNING or step is not None:
            return None
        unexamined = sweep.unexamined + left_out(session, sweep_id, pieces)
        believed = not unexamined and not any(piece.moved for piece in pieces)
        return SweepState.COMPLETE if believed else SweepState.HELD


def _absences(engine: Engine, client: Source, sweep_id: int, *, now: datetime) -> Absences:
    with open_reader(engine) as session:
        purpose = session.get_one(Sweep, sweep_id).purpose
    if purpose is Purpose.RECONCILE:
        return Absences()
    return look_for_absent(engine, client, sweep_id, now=now)


def _known_from_the_start(engine: Engine, sweep_id: int, *, now: datetime) -> Known:
    """Return what searches find in the first reading of all: it is no news."""
    with open_reader(engine) as session:
        if session.get_one(Sweep, sweep_id).purpose is not Purpose.BACKFILL:
            return {}
        canonicals = [search.canonical for search in all_live_searches(session)]
    return find_known(engine, canonicals, now=now)


def _know(session: Session, known: Known) -> None:
    for search in all_live_searches(session) if known else ():
        rows = known.get(search.canonical, [])
        add_matches(session, [{"search_id": search.id} | row for row in rows])


def _write_receipt(session: Session, sweep: Sweep, end: SweepState, *, now: datetime) -> None:
    sweep_id = stored_id(sweep.id)
    seen = queries.ids_seen(session, sweep_id)
    pieces = PIECES.validate_python(sweep.partitions)
    if any(piece.moved for piece in pieces):
        add_note(sweep, "the source moved while it was read")
    sweep.total_last = sum(piece.total_last or 0 for piece in adding_up(pieces))
    sweep.examined = len(seen - queries.ids_quarantined(session, sweep_id))
    digest = blake2b(",".join(map(str, sorted(seen))).encode(), digest_size=16)
    sweep.ids_digest = digest.hexdigest()
    queries.end_sweep(session, sweep, end, now=now)
    log.info(
        "sweep.finished",
        sweep_id=sweep_id,
        state=end,
        examined=sweep.examined,
        new=sweep.new,
        changed=sweep.changed,
        quarantined=sweep.quarantined,
        unexamined=sweep.unexamined,
    )
