"""Ask RePORTER which papers it links to our projects, and note what is new."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import structlog
from sqlalchemy import Engine

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import commit, open_reader, open_session
from tidings.errors import RejectedError
from tidings.flows.ask_papers import PaperSource, ask_papers
from tidings.flows.hold_storms import hold_storms
from tidings.flows.lease import Lease
from tidings.flows.note_papers import note_papers
from tidings.flows.plan_sweep import add_note, fail_sweep
from tidings.projects import paper_queries as queries
from tidings.projects import sweep_queries as sweeps
from tidings.projects.models import Purpose, Sweep, SweepState
from tidings.projects.papers import AGAIN_AFTER, NUMBERS, Asked, first_group
from tidings.rendering.filters import plural
from tidings.subscribers.queries import followed_projects

LEASE = timedelta(seconds=60)
"""Longer than a request usually takes. Should it run out all the same, a project is noted once."""

log = structlog.get_logger()


@dataclass(frozen=True)
class PapersRead:
    """Which reading went on, and whether something is left of it; no id where nothing is due."""

    sweep_id: int | None
    more: bool


def read_papers(
    engine: Engine, source: PaperSource, *, settings: Settings, now: datetime, seconds: float
) -> PapersRead:
    """Read on for so many seconds, one request at least.

    A reading is a sweep, whose row is the receipt. It asks for followed projects first, each once a
    week, then for the others, those first whose papers were read longest ago, and ends when nothing
    is due or when as many pages came as the settings allow; what was begun is read to its end.

    Safe to call twice: each group of projects is noted in one transaction, together with when it
    was read, so whoever comes next goes on where the last one stopped. Raises RetryableError when
    RePORTER does not answer; what it refuses fails the reading, with its words.
    """
    deadline = monotonic() + seconds
    with Lease(engine, "papers", ttl=LEASE) as lease:
        if not lease.take():
            return PapersRead(None, more=False)
        sweep_id = _start(engine, settings, now=now)
        if sweep_id is None:
            return PapersRead(None, more=False)
        while group := _next_group(engine, sweep_id, budget=settings.papers_requests_a_day):
            try:
                _read_group(engine, source, sweep_id, group, now=now)
            except RejectedError as error:
                fail_sweep(engine, sweep_id, str(error), now=now)
                return PapersRead(sweep_id, more=False)
            if monotonic() >= deadline or not lease.take():
                return PapersRead(sweep_id, more=True)
        _finish(engine, sweep_id, now=now)
    return PapersRead(sweep_id, more=False)


def _start(engine: Engine, settings: Settings, *, now: datetime) -> int | None:
    """Return the reading that runs, or a new one; None where there is nothing to read."""
    with open_session(engine) as session:
        running = queries.running_papers(session)
        if running is not None:
            return stored_id(running.id)
        is_on = settings.papers_requests_a_day > 0 and sweeps.last_complete_at(session) is not None
        if not is_on or not queries.due_projects(session, until=now - AGAIN_AFTER, limit=1):
            return None
        part: dict[str, Any] = {"name": "papers", "criteria": {}, "gone": 0}
        sweep = Sweep(purpose=Purpose.PAPERS, scope=[part], started_at=now)
        session.add(sweep)
        commit(session, "papers.started")
        return stored_id(sweep.id)


def _next_group(engine: Engine, sweep_id: int, *, budget: int) -> tuple[Asked, ...]:
    with open_reader(engine) as session:
        sweep = session.get_one(Sweep, sweep_id)
        is_spent = queries.requests_spent(session, sweep_id) >= budget
        if is_spent or sweep.state is not SweepState.RUNNING:
            return ()
        until = sweep.started_at - AGAIN_AFTER
        followed = followed_projects()
        ids = [
            *queries.due_projects(session, until=until, limit=NUMBERS, among=followed),
            *queries.due_projects(session, until=until, limit=NUMBERS),
        ]
        return first_group(queries.asked_of(session, ids))


def _read_group(
    engine: Engine, source: PaperSource, sweep_id: int, group: Sequence[Asked], *, now: datetime
) -> None:
    """Ask for a group and note it; where the answer does not add up, half by half."""
    numbers = [number for one in group for number in one.numbers]
    splits = len(group) > 1
    links = ask_papers(source, numbers, splits=splits)
    if splits and not links.is_whole:
        half = len(group) // 2
        _read_group(engine, source, sweep_id, group[:half], now=now)
        _read_group(engine, source, sweep_id, group[half:], now=now)
        return
    with open_session(engine) as session:
        sweep = sweeps.sweep_locked(session, sweep_id)
        if sweep.state is SweepState.RUNNING:
            note_papers(session, sweep, group, links, now=now)
        commit(session, "papers.noted")


def _finish(engine: Engine, sweep_id: int, *, now: datetime) -> None:
    """Write the receipt, and let what is new be matched; once, however often it is called."""
    with open_session(engine) as session:
        sweep = sweeps.sweep_locked(session, sweep_id)
        if sweep.state is SweepState.RUNNING:
            hold_storms(session, sweep, examined=sweep.examined, now=now)
            if gone := sweep.scope[0]["gone"]:
                add_note(sweep, f"{plural(gone, 'link')} that RePORTER has taken away")
            sweeps.end_sweep(session, sweep, SweepState.COMPLETE, now=now)
            log.info("papers.finished", sweep_id=sweep_id, asked=sweep.examined, new=sweep.new)
        commit(session, "papers.finished")
