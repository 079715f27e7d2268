"""Whole sweeps over HTTP against a sandbox at fault, beside a store that never met a fault."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import open_reader, open_session
from tidings.errors import RetryableError
from tidings.flows.advance_sweep import advance_sweep
from tidings.flows.finish_sweep import finish_sweep
from tidings.flows.start_sweep import start_sweep
from tidings.projects import sweep_queries
from tidings.projects.models import Award, Change, ChangeKind, Purpose, Quarantine, Sweep
from tidings.reporter.client import ReporterClient
from tidings.reporter.criteria import Criteria
from tidings.reporter.pacing import NoPacer
from tidings.reporter.patience import Patience
from tidings.reporter.scope import Part
from tidings.sandbox.faults import Fault
from tidings.sandbox.running import Sandbox

SCOPE = (Part("all", Criteria()),)
BEFORE, AFTER = 2, 3
"""The weeks between which records change."""

MONDAY = datetime(2025, 10, 20, 12, tzinfo=UTC)
WEEK, HOUR = timedelta(days=7), timedelta(hours=1)
Told = tuple[int, str, ChangeKind, str, str]


@dataclass(frozen=True)
class Store:
    """What a store holds in the end: the content of each award, and each change by its words."""

    contents: dict[int, str]
    told: frozenset[Told]

    @property
    def missing(self) -> int:
        """How many awards were called missing, or returned."""
        kinds = {ChangeKind.MISSING, ChangeKind.RETURNED}
        return sum(kind in kinds for _, _, kind, _, _ in self.told)


@dataclass(frozen=True)
class Suffered:
    """How a sweep fared: its row, what was set aside in it, and how much of it was taken in."""

    row: Sweep
    quarantined: tuple[Quarantine, ...]
    taken: int

    @property
    def is_said(self) -> bool:
        """Whether an operator is told of anything at all."""
        row = self.row
        return bool(row.trouble or row.note or row.drifted or row.quarantined)


def sweep(engine: Engine, sandbox: Sandbox, *, now: datetime, timeout: float = 5.0) -> Suffered:
    """Go through a sweep, or on with the one that runs, as far as the source lets us."""
    patience = Patience(tries=2, first=timedelta(milliseconds=10))
    with ReporterClient(sandbox.url, pacer=NoPacer(), timeout=timeout, patience=patience) as client:
        sweep_id = _sweep_id(engine, now)
        try:
            while not advance_sweep(engine, client, sweep_id, now=now, seconds=30):
                pass
            finish_sweep(engine, client, sweep_id, now=now)
        except RetryableError:
            pass  # the sweep's row says why, and waits
    return _suffered(engine, sweep_id)


def _sweep_id(engine: Engine, now: datetime) -> int:
    with open_session(engine) as session:
        if (running := sweep_queries.running_sweep(session)) is not None:
            return stored_id(running.id)
        started = start_sweep(
            session, purpose=Purpose.WEEKLY, settings=Settings(), now=now, scope=SCOPE
        )
        assert started is not None
        return started


def _suffered(engine: Engine, sweep_id: int) -> Suffered:
    with open_reader(engine) as session:
        aside = session.exec(select(Quarantine).where(Quarantine.sweep_id == sweep_id)).all()
        versions = select(func.count()).where(
            col(Change.sweep_id) == sweep_id, col(Change.kind) != ChangeKind.MISSING
        )
        return Suffered(
            session.get_one(Sweep, sweep_id), tuple(aside), session.exec(versions).one()
        )


def held(engine: Engine) -> Store:
    """Return what a store holds."""
    with open_reader(engine) as session:
        contents = {award.appl_id: award.content_hash for award in session.exec(select(Award))}
        return Store(contents, frozenset(_told(session)))


def _told(session: Session) -> list[Told]:
    return [
        (one.appl_id, one.field, one.kind, _words(one.before), _words(one.after))
        for one in session.exec(select(Change))
    ]


def _words(value: Any) -> str:
    return repr(value)


def suffer(
    engine: Engine, sandbox: Sandbox, fault: Fault, *, timeout: float = 5.0
) -> tuple[Suffered, Suffered, Store]:
    """Sweep, meet a fault in the week in which records change, and sweep again without it.

    Returns how the sweep under the fault and the one after it fared, and what is held in the end.
    """
    sandbox.recover()
    sandbox.hold_week(BEFORE)
    sweep(engine, sandbox, now=MONDAY)
    sandbox.hold_week(AFTER)
    sandbox.fail(**fault.model_dump())
    during = sweep(engine, sandbox, now=MONDAY + WEEK, timeout=timeout)
    sandbox.recover()
    after = sweep(engine, sandbox, now=MONDAY + WEEK + HOUR)
    return during, after, held(engine)


def unharmed(engine: Engine, sandbox: Sandbox) -> Store:
    """Return what a store holds that met no fault."""
    sandbox.recover()
    for weeks, week in enumerate((BEFORE, AFTER)):
        sandbox.hold_week(week)
        sweep(engine, sandbox, now=MONDAY + weeks * WEEK)
    return held(engine)
