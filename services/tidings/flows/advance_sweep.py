"""Go on with a sweep: count, then read page by page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from sqlalchemy import Engine

from tidings.db.session import commit, open_reader, open_session
from tidings.errors import RejectedError, RetryableError
from tidings.failpoints import failpoint
from tidings.flows.ingest_page import hold_page, ingest_page
from tidings.flows.lease import Lease
from tidings.flows.plan_sweep import fail_sweep, note_pieces
from tidings.flows.read_page import read_page
from tidings.projects import itinerary
from tidings.projects import sweep_queries as queries
from tidings.projects.itinerary import PIECES, Close, Count, Piece, Read, Step
from tidings.projects.models import Sweep, SweepState
from tidings.projects.source import Source
from tidings.reporter.paging import PageSeen, Verdict

LEASE = timedelta(seconds=20)
"""Longer than a request usually takes. Should it run out all the same, a page still counts once;
a killed worker's sweep waits no longer than this for the next one."""


def advance_sweep(
    engine: Engine, client: Source, sweep_id: int, *, now: datetime, seconds: float
) -> bool:
    """Read on for so many seconds, one request at least; True when nothing is left to read.

    Safe to call twice: every step begins from the rows and commits before the next, so whoever
    comes next goes on where the last one stopped. A lease keeps two from asking for the same page;
    False while somebody else has it. What RePORTER refuses fails the sweep, with its words. Raises
    RetryableError when RePORTER does not answer, once the sweep's row says so.
    """
    deadline = monotonic() + seconds
    state = _read_state(engine, sweep_id)
    with Lease(engine, f"sweep:{sweep_id}", ttl=LEASE) as lease:
        while state.step is not None:
            if not lease.take():
                return False
            try:
                _take_step(engine, client, state, state.step, now=now)
                _note_trouble(engine, state, "")
            except RetryableError as error:
                _note_trouble(engine, state, str(error))
                raise
            except RejectedError as error:
                fail_sweep(engine, sweep_id, str(error), now=now)
            state = _read_state(engine, sweep_id)
            if monotonic() >= deadline:
                break
    return state.step is None


@dataclass(frozen=True)
class _State:
    """Where a sweep stands, and what comes next."""

    sweep_id: int
    pieces: tuple[Piece, ...]
    pages: Mapping[str, Sequence[PageSeen]]
    step: Step | None
    trouble: str


def _read_state(engine: Engine, sweep_id: int) -> _State:
    with open_reader(engine) as session:
        sweep = session.get_one(Sweep, sweep_id)
        pieces = PIECES.validate_python(sweep.partitions)
        pages = queries.pages_seen(session, sweep_id)
        running = sweep.state is SweepState.RUNNING
        step = itinerary.next_step(pieces, pages) if running else None
        return _State(sweep_id, pieces, pages, step, sweep.trouble)


def _note_trouble(engine: Engine, state: _State, trouble: str) -> None:
    if trouble == state.trouble:
        return
    with open_session(engine) as session:
        queries.sweep_locked(session, state.sweep_id).trouble = trouble
        commit(session, "sweep.troubled")


def _take_step(engine: Engine, client: Source, state: _State, step: Step, *, now: datetime) -> None:
    piece = state.pieces[step.index]
    if isinstance(step, Read):
        page, verdict = read_page(client, piece.criteria, step.request)
        failpoint("page.fetched")
        take_in = ingest_page if verdict is Verdict.OK else hold_page
        with open_session(engine) as session:
            take_in(session, state.sweep_id, page, partition=piece.partition, now=now)
        return
    total = step.total if isinstance(step, Close) else client.count_projects(piece.criteria)
    first = 0
    if isinstance(step, Count) and not step.again:
        after = itinerary.counted(state.pieces, step.index, total, today=now.date())
        first = total if piece.is_whole else 0
    else:
        after = itinerary.closed(state.pieces, step.index, total, state.pages[piece.partition])
    with open_session(engine) as session:
        note_pieces(session, state.sweep_id, before=state.pieces, after=after, first=first, now=now)
