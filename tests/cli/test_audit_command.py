"""`tidings audit`: one table, a sentence for each audit, and an exit code that an alarm can use."""

from collections.abc import Generator
from pathlib import Path

import pytest
from commands import Run, runner, said
from sqlmodel import col, delete, select, update

from tidings.db.engine import make_engine
from tidings.db.session import open_session
from tidings.notices.models import Notice
from tidings.projects.codec import pack, unpack
from tidings.projects.models import Award
from tidings.sandbox.running import Options, Sandbox, running_sandbox
from tidings.sandbox.serve import free_port
from tidings.upkeep.models import AuditEntry
from tidings.upkeep.queries import note_audit


@pytest.fixture(scope="module")
def sandbox() -> Generator[Sandbox]:
    with running_sandbox(Options(corpus=60)) as running:
        running.hold_week(1)
        yield running


@pytest.fixture
def tidings(tmp_path: Path, sandbox: Sandbox) -> Run:
    return runner(tmp_path, TIDINGS_REPORTER_URL=sandbox.url, TIDINGS_SCOPE_YEARS="50")


def test_it_is_well_until_something_is_missing(tidings: Run, tmp_path: Path) -> None:
    assert tidings("sweep").returncode == 0
    tidings("save", "me@clinic.org", "fy>2000")
    assert "complete" in said(tidings("sweep", "--purpose", "reconcile"))
    well = tidings("audit")
    words = said(well)
    assert well.returncode == 0, words
    for sentence in (
        "and we had every one before.",
        "records, chosen at random, are stored as RePORTER has them.",
        "finds and news were told, wait in time, or were not wanted.",
        "0 entries, sealed.",
    ):
        assert sentence in words

    spoil(tmp_path)
    found = tidings("audit", "--canary", "1000")
    words = said(found)
    assert found.returncode == 1
    assert "canary: appl id" in words
    assert "differs from RePORTER, which may have changed since we read it." in words
    assert "At entry 1: it is not as it was sealed." in words
    assert "me@clinic.org" not in words


def spoil(folder: Path) -> None:
    engine = make_engine(f"sqlite:///{folder}/tidings.db")
    with open_session(engine) as session:
        award = session.exec(select(Award).limit(1)).one()
        body = pack(unpack(award.body) | {"project_title": "Another"})
        session.exec(update(Award).where(col(Award.appl_id) == award.appl_id).values(body=body))
        note_audit(session, actor="operator", action="sweep.release", thing="sweep 1")
        session.exec(update(AuditEntry).values(actor="nobody"))
        session.exec(delete(Notice))
        session.commit()
    engine.dispose()


def test_without_reporter_the_rest_is_audited_all_the_same(tidings: Run) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    none = tidings("audit", "--no-canary", "--sample", "5", TIDINGS_REPORTER_URL=nowhere)
    assert none.returncode == 0
    assert "not yet" in said(none)
    assert said(tidings("sweep"))
    away = tidings("audit", TIDINGS_REPORTER_URL=nowhere)
    assert away.returncode == 1
    assert "It could not be asked: " in said(away)
    assert "0 entries, sealed." in said(away)
