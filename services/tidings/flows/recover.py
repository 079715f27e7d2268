"""Find every row that says that something is still to do, and name the bells to ring for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Engine
from sqlmodel import Session

from tidings.clock import machine_now
from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import open_reader, open_session
from tidings.delivery.journal import Journals
from tidings.delivery.queries import due_delivery_ids
from tidings.failpoints import failpoint
from tidings.flows.lost_replies import expire_leases
from tidings.jobs import Job, JobArgument
from tidings.notices import backlog
from tidings.projects.models import Purpose
from tidings.projects.sweep_queries import running_sweep, started_since
from tidings.upkeep.queries import last_ticks
from tidings.upkeep.timetable import TIMETABLE, Entry

log = structlog.get_logger()

MOST_ROWS = 1000
"""Rows of one kind that one call rings for: a backlog is worked off, not heaped onto the queue."""
CHUNK = 100
ANSWER_WITHIN = timedelta(minutes=2)
"""Machine time after which a bell of the timetable counts as lost."""


@dataclass(frozen=True)
class Bell:
    """A job to ring, with what it is rung with."""

    job: Job
    arguments: tuple[JobArgument, ...] = ()


def recover(
    engine: Engine, *, settings: Settings, is_idempotent: bool, now: datetime
) -> tuple[Bell, ...]:
    """Settle what dead workers left behind and return a bell for all that waits.

    This is what makes the queue dispensable: a lost, doubled or wiped message costs no more than
    the time until this runs again. ``is_idempotent`` is the sender's. Safe to
    call at any time, as every job is safe to ring twice.
    """
    with open_session(engine) as session:
        journals = Journals(settings.journal_dir)
        settled = expire_leases(session, journals=journals, is_idempotent=is_idempotent, now=now)
    failpoint("leases.settled")
    with open_reader(engine) as session:
        bells = tuple(_bells(session, now))
    if bells or settled:
        log.info("rows.recovered", settled=settled, bells=[bell.job.value for bell in bells])
    return bells


def _bells(session: Session, now: datetime) -> Iterator[Bell]:
    yield from _sweeps(session, now)
    if backlog.unmatched_since(session):
        yield Bell(Job.CHANGES_MATCH)
    if backlog.alerts_waiting_since(session):
        yield Bell(Job.ALERTS_COMPOSE)
    if backlog.digests_due_since(session, now=now):
        yield Bell(Job.DIGESTS_START)
    yield from _chunks(Job.DIGEST_COMPOSE, backlog.started_run_ids(session, limit=MOST_ROWS))
    yield from _chunks(Job.DELIVERY_SEND, due_delivery_ids(session, now=now, limit=MOST_ROWS))


def _sweeps(session: Session, now: datetime) -> Iterator[Bell]:
    running = running_sweep(session)
    if running is not None:
        yield Bell(Job.SWEEP_ADVANCE, (stored_id(running.id),))
        return
    weekly = next(entry for entry in TIMETABLE if entry.arguments == (Purpose.WEEKLY.value,))
    if _is_unanswered(session, weekly, now):
        yield Bell(weekly.job, weekly.arguments)


def _is_unanswered(session: Session, weekly: Entry, now: datetime) -> bool:
    tick = last_ticks(session).get(weekly.name)
    return (
        tick is not None
        and tick.slot == weekly.slot(now)
        and tick.rung_at < machine_now() - ANSWER_WITHIN
        and not started_since(session, tick.slot)
    )


def _chunks(job: Job, ids: Sequence[int]) -> Iterator[Bell]:
    for start in range(0, len(ids), CHUNK):
        yield Bell(job, (list(ids[start : start + CHUNK]),))
