"""Loading papers and trials by command, in this process: each start takes seconds."""

import os
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import NOW
from sources import ListedSource, record
from sqlalchemy import Engine
from sqlmodel import select
from sweeps import run_sweep
from typer.testing import CliRunner, Result

from tidings.cli.app import app
from tidings.db.engine import make_engine
from tidings.db.session import open_session
from tidings.errors import RejectedError
from tidings.migrations.migrate import migrate
from tidings.projects.models import Publication, Trial


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Engine]:
    monkeypatch.setenv("TIDINGS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    engine = make_engine(f"sqlite:///{tmp_path / 'tidings.db'}")
    migrate(engine)
    run_sweep(engine, ListedSource([record(1)]), now=NOW)
    yield engine
    engine.dispose()


def tidings(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def said(done: Result) -> str:
    assert done.exception is None
    return " ".join(done.output.split())


def test_a_list_of_papers_is_loaded_and_its_bad_lines_are_named(
    store: Engine, tmp_path: Path
) -> None:
    with open_session(store) as session:
        session.add(Publication(project_id=1, pmid=5, first_seen_at=NOW))
        session.commit()
    file = tmp_path / "papers.csv"
    file.write_text("PMID,PUB_TITLE\n5,A title\n6,Another\nx,Third\n")
    answer = said(tidings("papers", "load", str(file)))
    assert "line 4 has no PMID but 'x'" in answer
    assert "2 lines read, 1 refused; 1 of the papers is linked to our studies." in answer


def test_a_list_of_trials_is_of_the_day_when_its_file_was_changed_or_of_the_one_said(
    store: Engine, tmp_path: Path
) -> None:
    file = tmp_path / "trials.csv"
    file.write_text("project_num,trial_id,study_status\nR01CA000001,NCT04277585,COMPLETED\n")
    moment = datetime(2026, 10, 3, 12, tzinfo=UTC).timestamp()
    os.utime(file, (moment, moment))
    days: list[str] = []
    for words in ((), ("--as-of", "2026-11-01")):
        assert "1 line read, 0 refused; 1 of the trials is linked to our studies." in said(
            tidings("trials", "load", str(file), *words)
        )
        with open_session(store) as session:
            days.append(str(session.exec(select(Trial)).one().as_of_on))
    assert days == ["2026-10-03", "2026-11-01"]


@pytest.mark.parametrize("what", ["papers", "trials"])
def test_a_file_that_is_not_there_is_refused(what: str) -> None:
    done = tidings(what, "load", "/nowhere")
    assert done.exit_code == 1
    with pytest.raises(RejectedError, match="/nowhere cannot be read"):
        raise done.exception or LookupError


def test_when_papers_are_switched_off_none_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDINGS_PAPERS_REQUESTS_A_DAY", "0")
    assert "No study is due" in said(tidings("papers", "read"))
