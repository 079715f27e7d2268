"""The tasks of the audits: each is safe to ring twice."""

from collections.abc import Generator
from contextlib import contextmanager

import pytest
from conftest import NOW
from sources import ListedSource, record
from sqlalchemy import Engine
from sqlmodel import Session, select
from sweeps import run_sweep

from tidings.audits.models import Audit, AuditKind
from tidings.config import Settings
from tidings.upkeep.models import Lease
from tidings_workers import wiring
from tidings_workers.tasks import audits


@pytest.fixture(autouse=True)
def source(engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> ListedSource:
    """Let the tasks work on this test's database, and ask a source of its own."""
    made = ListedSource([record(1)])
    run_sweep(engine, made, now=NOW)

    @contextmanager
    def open_source(*_: object) -> Generator[ListedSource]:
        yield made

    monkeypatch.setattr(wiring, "engine", lambda: engine)
    monkeypatch.setattr(wiring, "settings", lambda: settings)
    monkeypatch.setattr(audits, "open_reporter", open_source)
    return made


def test_two_rings_at_once_make_one_audit_of_each_kind(session: Session) -> None:
    for _ in range(2):
        audits.run()
        audits.audit()
    kinds = [audit.kind for audit in session.exec(select(Audit).order_by(Audit.kind))]
    assert kinds == [AuditKind.CANARY, AuditKind.MATCHES]


def test_the_next_day_makes_the_next_audit(session: Session) -> None:
    audits.audit()
    for lease in session.exec(select(Lease)):
        session.delete(lease)  # as if its time were over
    session.commit()
    audits.audit()
    assert len(session.exec(select(Audit)).all()) == 2
