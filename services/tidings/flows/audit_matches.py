"""Run every search again, and look whether all that was to be told was told."""

from datetime import datetime

import structlog
from sqlalchemy import Engine

from tidings.audits.ledger import Ledger
from tidings.audits.models import Audit, AuditKind
from tidings.audits.queries import add_audit
from tidings.db.session import commit, open_reader, open_session
from tidings.flows.audit_store import Extent, OnStep, audit_store
from tidings.flows.audit_told import audit_told
from tidings.projects.sweep_queries import last_complete_at

log = structlog.get_logger()


def audit_matches(
    engine: Engine,
    *,
    now: datetime,
    speed: float = 1.0,
    extent: Extent | None = None,
    on_step: OnStep = lambda _done, _of: None,
) -> Audit:
    """Return the audit of what searches find and of what readers were told.

    Every search that somebody has saved has a match of each project that it finds in the store, or
    of that part of the store which ``extent`` names. Whatever was news since is told, in a mail,
    waits within its promise, is held, or was skipped for a reason; so is every change of what is
    followed. What a reader did not want is explained and counted. ``speed`` is the calendar's.

    Changes no row but the audit's, so a second call does no harm. ``on_step`` gets (done, of).
    """
    ledger = Ledger()
    with open_reader(engine) as session:
        is_begun = last_complete_at(session) is not None
    if is_begun:
        words = audit_store(engine, ledger, extent or Extent(), on_step)
        audit_told(engine, ledger, now=now, speed=speed)
    else:
        words = "no sweep was complete yet, so nobody is to be told of anything"
    outcome = ledger.outcome(words)
    with open_session(engine) as session:
        audit = add_audit(session, AuditKind.MATCHES, outcome, started_at=now, finished_at=now)
        commit(session, "matches.audited")
    say = log.info if outcome.is_well else log.error
    say("matches.audited", examined=outcome.examined, agreed=outcome.agreed, note=outcome.note)
    return audit
