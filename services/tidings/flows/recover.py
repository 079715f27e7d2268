"""Find every row that says that something is still to do, and name the bells to ring for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Engine
from sqlmodel import Session

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import open_reader, open_session
from tidings.db.time import database_now
from tidings.delivery.journal import Journals
from tidings.delivery.queries import CALLS, due_delivery_ids
from tidings.failpoints import failpoint
from tidings.flows.count_left import LEFT_AFTER, count_left
from tidings.flows.lost_replies import expire_leases
from tidings.flows.mend_schedules import MENDED, mend_schedules
from tidings.jobs import Job, JobArgument
from tidings.notices import backlog
from tidings.notices.call_queries import calls_waiting_since
from tidings.notices.left_queries import sweep_waits_since
from tidings.pages.draft_queries import waiting_drafts
from tidings.projects.models import Purpose
from tidings.projects.paper_queries import running_papers
from tidings.projects.sweep_queries import running_sweep, started_since
from tidings.upkeep.queries import lease_by_name, tick_of
from tidings.upkeep.timetable import TIMETABLE
from tidings.watchlists.queries import follows_behind

log = structlog.get_logger()

MOST_ROWS = 1000
"""Rows of one kind that one call rings for: a backlog is worked off, not heaped onto the queue."""
CHUNK = 100
LISTS = 20
"""The same of follows of lists, each of which may save as many searches."""
MOST_DRAFTS = 4
"""Drafts that one call rings for: each may take minutes, and sweeps wait behind them."""
STUCK_AFTER = timedelta(minutes=2)
"""Machine time after which a digest gets a bell of its own: one of its chunk may be what fails."""

WEEKLY = next(entry for entry in TIMETABLE if entry.arguments == (Purpose.WEEKLY.value,))


@dataclass(frozen=True)
class Bell:
    """A job to ring, with what it is rung with."""

    job: Job
    arguments: tuple[JobArgument, ...] = ()


def recover(
    engine: Engine,
    *,
    settings: Settings,
    is_idempotent: bool,
    now: datetime,
    thorough: bool = True,
) -> tuple[Bell, ...]:
    """Settle what dead workers left behind and return a bell for all that waits.

    This is what makes the queue dispensable: a lost, doubled or wiped message costs no more than
    the time until this runs again. ``is_idempotent`` is the sender's. A ``thorough`` call also
    compares when digests are due with what readers ask for, which reads all of both. Safe to
    call at any time, as every job is safe to ring twice.
    """
    with open_session(engine) as session:
        journals = Journals(settings.journal_dir)
        expired = expire_leases(session, journals=journals, is_idempotent=is_idempotent, now=now)
    failpoint("leases.settled")
    mended = mend_schedules(engine, now=now) if thorough else dict.fromkeys(MENDED, 0)
    speed = settings.clock.speed
    with open_session(engine) as session:
        left = count_left(
            session,
            settled={"lease": expired} | mended,
            waits={
                "sweep": _idle_since(session),
                "weekly_sweep": _unanswered_since(session, now, speed),
            },
            now=now,
            speed=speed,
        )
    with open_reader(engine) as session:
        bells = tuple(waiting_bells(session, now, speed, drafts=settings.can_draft))
    if bells or left:
        log.info("rows.recovered", left=left, bells=[bell.job.value for bell in bells])
    return bells


def waiting_bells(
    session: Session, now: datetime, speed: float = 1.0, *, drafts: bool = False
) -> Iterator[Bell]:
    """Name a bell for all that waits, by reading alone; ``speed`` is the calendar's.

    ``drafts`` says whether there is a language model to ask for them.
    """
    yield from _sweeps(session, now, speed)
    if backlog.unmatched_since(session):
        yield Bell(Job.CHANGES_MATCH)
    if backlog.alerts_waiting_since(session):
        yield Bell(Job.ALERTS_COMPOSE)
    if calls_waiting_since(session):
        yield Bell(Job.CALLS_COMPOSE)
    if backlog.digests_due_since(session, now=now):
        yield Bell(Job.DIGESTS_START)
    yield from _runs(session, now - STUCK_AFTER * speed)
    yield from _chunks(Job.DELIVERY_SEND, due_delivery_ids(session, now=now, limit=MOST_ROWS))
    calls = due_delivery_ids(session, now=now, limit=MOST_ROWS, channels=CALLS)
    yield from _chunks(Job.CALLS_SEND, calls)
    behind = follows_behind(session, limit=MOST_ROWS)
    yield from _chunks(Job.WATCHLISTS_APPLY, behind, size=LISTS)
    for version_id in waiting_drafts(session, limit=MOST_DRAFTS) if drafts else ():
        yield Bell(Job.PAGE_DRAFT, (version_id,))


def _runs(session: Session, stuck: datetime) -> Iterator[Bell]:
    """Ring one by one for the first few that should have been composed long ago.

    If one of them cannot be composed, its neighbours are; and those behind them come in chunks, so
    that what an outage left is worked off as fast as any backlog.
    """
    runs = backlog.started_runs(session, limit=MOST_ROWS)
    alone = [run_id for run_id, started_at in runs[:CHUNK] if started_at < stuck]
    for run_id in alone:
        yield Bell(Job.DIGEST_COMPOSE, ([run_id],))
    lone = set(alone)
    yield from _chunks(Job.DIGEST_COMPOSE, [run_id for run_id, _ in runs if run_id not in lone])


def _sweeps(session: Session, now: datetime, speed: float) -> Iterator[Bell]:
    if running_papers(session) is not None:
        yield Bell(Job.PAPERS_READ)
    running = running_sweep(session)
    if running is not None:
        yield Bell(Job.SWEEP_ADVANCE, (stored_id(running.id),))
        return
    unanswered = _unanswered_since(session, now, speed)
    if unanswered is not None and unanswered <= now - LEFT_AFTER * speed:
        yield Bell(WEEKLY.job, WEEKLY.arguments)


def _idle_since(session: Session) -> datetime | None:
    """Return since when nobody goes on with the sweep that runs; None while somebody does."""
    running = running_sweep(session)
    if running is None:
        return None
    lease = lease_by_name(session, f"sweep:{running.id}")
    if lease is not None and lease.expires_at > database_now(session):
        return None
    return sweep_waits_since(session, stored_id(running.id))


def _unanswered_since(session: Session, now: datetime, speed: float) -> datetime | None:
    """Return since when, by the calendar, this week's bell has no sweep; None when it has."""
    tick = tick_of(session, WEEKLY.name, WEEKLY.slot(now))
    if tick is None or started_since(session, tick.slot):
        return None
    return now - (database_now(session) - tick.rung_at) * speed


def _chunks(job: Job, ids: Sequence[int], *, size: int = CHUNK) -> Iterator[Bell]:
    for start in range(0, len(ids), size):
        yield Bell(job, (list(ids[start : start + size]),))
