"""Begin a sweep: decide what is to be read."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from tidings.audits.cutting import pieces_by_place
from tidings.audits.queries import stock
from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import commit
from tidings.errors import RejectedError
from tidings.projects import sweep_queries as queries
from tidings.projects.itinerary import first_pieces, written
from tidings.projects.models import Purpose, Sweep
from tidings.reporter.criteria import DateRange
from tidings.reporter.scope import Part, followed_parts, scope_parts
from tidings.subscribers.queries import followed_project_ids

PROBE_BACK = timedelta(days=10)
"""A probe asks for what was added since the last complete sweep, and this much before."""


def start_sweep(
    session: Session,
    *,
    purpose: Purpose,
    settings: Settings,
    now: datetime,
    scope: Sequence[Part] | None = None,
) -> int | None:
    """Begin a sweep and return its id; None while another one runs, or when nothing is to be read.

    ``scope`` replaces what the settings and the follows ask for. Until a first sweep was complete
    the purpose is BACKFILL, whatever is asked: what is there from the start is no news. A RECONCILE
    asks for what a WEEKLY does, cut by place. Safe to call twice: the second call finds the first
    one's sweep running.
    """
    if purpose is Purpose.PAPERS:
        raise RejectedError("papers are read by `tidings papers read`, not by a sweep of records")
    if queries.running_sweep(session) is not None:
        session.rollback()
        return None
    complete_at = queries.last_complete_at(session)
    if complete_at is None:
        purpose = Purpose.BACKFILL
    parts = _parts(session, purpose, settings, now, complete_at) if scope is None else scope
    if not parts:
        session.rollback()
        return None
    is_reconcile = purpose is Purpose.RECONCILE
    pieces = pieces_by_place(parts, stock(session)) if is_reconcile else first_pieces(parts)
    sweep = Sweep(
        purpose=purpose,
        scope=[{"name": part.name, "criteria": part.criteria.wire()} for part in parts],
        partitions=written(pieces),
        started_at=now,
    )
    session.add(sweep)
    commit(session, "sweep.started")
    return stored_id(sweep.id)


def _parts(
    session: Session,
    purpose: Purpose,
    settings: Settings,
    now: datetime,
    complete_at: datetime | None,
) -> Sequence[Part]:
    scope = scope_parts(
        years=settings.scope_years,
        active=settings.scope_active,
        agencies=settings.scope_agencies,
        states=settings.scope_states,
        today=now.date(),
    )
    if purpose is Purpose.PROBE and complete_at is not None:
        added = DateRange(from_date=(complete_at - PROBE_BACK).date())
        return [
            Part(f"{part.name}-new", part.criteria.model_copy(update={"date_added": added}))
            for part in scope
        ]
    # Asked by number, so that what these projects get next is found as well.
    outside = () if purpose is Purpose.FOLLOWED else scope
    numbers = queries.core_numbers(
        session, followed_project_ids(session), outside=[part.criteria for part in outside]
    )
    return (*outside, *followed_parts(project_nums=numbers))
