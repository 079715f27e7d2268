"""Hold what changed alike on most of what a sweep read: that is the source's doing, no news."""

from datetime import datetime

import structlog
from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.flows.plan_sweep import add_note
from tidings.projects import sweep_queries as queries
from tidings.projects.belief import STORM_LEAST, is_storm
from tidings.projects.models import Sweep

log = structlog.get_logger()


def hold_storms(session: Session, sweep: Sweep, *, examined: int, now: datetime) -> None:
    """Hold the storms of a sweep that is about to end, and say so on its receipt.

    In the caller's transaction. Safe to call twice: what is held is no storm again.
    """
    for field, kind, awards in queries.storms(session, stored_id(sweep.id), least=STORM_LEAST):
        if is_storm(awards, examined):
            queries.hold(session, stored_id(sweep.id), field, kind, now=now)
            add_note(sweep, f"{kind} of {field} held: {awards} of {examined} awards")
            log.error("changes.held", sweep_id=sweep.id, field=field, kind=kind, awards=awards)
