"""`tidings doctor agreement`: a table for people, JSON for machines, and no trace of it."""

import json
from collections.abc import Generator
from pathlib import Path

import pytest
from builders import make_reader
from commands import Run, runner, said
from conftest import NOW
from saving import saved_search
from selecting import SelectingSource
from sweeps import run_sweep

from tidings.db.base import stored_id
from tidings.db.engine import make_engine
from tidings.db.session import open_session
from tidings.migrations.migrate import migrate
from tidings.reporter.client import ReporterClient
from tidings.reporter.criteria import Criteria
from tidings.reporter.pacing import NoPacer
from tidings.sandbox.running import Options, Sandbox, running_sandbox


@pytest.fixture(scope="module")
def sandbox() -> Generator[Sandbox]:
    with running_sandbox(Options(corpus=30)) as running:
        running.hold_week(1)
        yield running


@pytest.fixture
def tidings(tmp_path: Path, sandbox: Sandbox) -> Run:
    """Give what runs commands on a store that was swept and has two searches."""
    with ReporterClient(sandbox.url, pacer=NoPacer()) as client:
        rows = client.search_projects(Criteria()).rows
    engine = make_engine(f"sqlite:///{tmp_path}/tidings.db")
    migrate(engine)
    run_sweep(engine, SelectingSource(row.fields or {} for row in rows), now=NOW)
    with open_session(engine) as session:
        reader = stored_id(make_reader(session).id)
        for text in ("title:cancer ic:NCI", "change:end_cut"):
            saved_search(session, reader, text)
        session.commit()
    engine.dispose()
    return runner(tmp_path, TIDINGS_REPORTER_URL=sandbox.url)


def test_it_compares_saved_searches_and_tells_the_counts(tidings: Run) -> None:
    done = tidings("doctor", "agreement", "--sample", "5", "--seed", "3")
    words = said(done)
    assert done.returncode == 0, words
    for sentence in (
        "2 of 2 searches compared, 2 live",
        "1 request made.",
        "nothing of it can be asked of RePORTER",
        "RePORTER finds more: ic:",
        "RePORTER may differ: “cancer”",
        "Neither is a difference.",
    ):
        assert sentence in words

    found = json.loads(tidings("doctor", "agreement", "--json").stdout)
    assert (found["live"], found["stopped"]) == (2, "")
    titles = next(one for one in found["searches"] if "title" in one["search"])
    assert titles["both"] > 0
    assert (titles["only_reporter"]["count"], titles["only_we"]["count"]) == (0, 0)
    assert titles["criteria"]["advanced_text_search"]["search_field"] == "projecttitle"
