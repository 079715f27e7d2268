"""Runs whole sweeps in tests."""

from datetime import datetime

from sources import ListedSource
from sqlalchemy import Engine

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.flows.advance_sweep import advance_sweep
from tidings.flows.finish_sweep import FinishedSweep, finish_sweep
from tidings.flows.start_sweep import start_sweep
from tidings.projects.models import Purpose
from tidings.reporter.criteria import Criteria
from tidings.reporter.scope import Part

EVERYTHING = (Part("all", Criteria()),)
"""A scope that holds every record."""


def run_sweep(
    engine: Engine, source: ListedSource, *, now: datetime, purpose: Purpose = Purpose.WEEKLY
) -> FinishedSweep:
    """Sweep all that the source has."""
    with open_session(engine) as session:
        sweep_id = start_sweep(
            session, purpose=purpose, settings=Settings(), now=now, scope=EVERYTHING
        )
    assert sweep_id is not None
    while not advance_sweep(engine, source, sweep_id, now=now, seconds=60):
        pass
    return finish_sweep(engine, source, sweep_id, now=now)
