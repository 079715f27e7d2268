"""What loaded lists say of the papers and trials of our projects."""

from datetime import date, timedelta

from conftest import NOW
from sources import ListedSource, record
from sqlalchemy import Engine
from sqlmodel import col, select
from sweeps import run_sweep

from tidings.db.session import open_session
from tidings.flows.load_linked import LinkedLoaded, load_papers, load_trials
from tidings.projects.exporter_lines import PaperLine, TrialLine
from tidings.projects.models import Paper, Publication, Trial

DAY = date(2026, 11, 1)
LINE = TrialLine("R01CA000001", "NCT04277585", "A trial", "RECRUITING")


def store(engine: Engine) -> None:
    run_sweep(engine, ListedSource([record(1), record(2)]), now=NOW)


def test_only_papers_of_our_projects_are_kept_as_the_last_list_calls_them(engine: Engine) -> None:
    store(engine)
    with open_session(engine) as session:
        session.add(Publication(project_id=1, pmid=5, first_seen_at=NOW))
        session.commit()
        lines = [PaperLine(5, "Old", "Cell", 2024), PaperLine(6, "Other", "", None)] * 400
        assert load_papers(session, lines) == LinkedLoaded(800, 2)  # once in each batch
        load_papers(session, [PaperLine(5, "New", "Cell", 2025)])
        session.expire_all()
        (paper,) = session.exec(select(Paper)).all()
    assert (paper.pmid, paper.title, paper.journal, paper.year) == (5, "New", "Cell", 2025)


def test_trials_are_kept_by_project_and_a_newer_list_brings_their_status(engine: Engine) -> None:
    store(engine)
    later = NOW + timedelta(days=30)
    with open_session(engine) as session:
        strange = TrialLine("R01XX999999", "NCT00000001", "", "")
        loaded = load_trials(session, [LINE, strange, LINE], as_of=DAY, now=NOW)
        assert loaded == LinkedLoaded(3, 1)
        done = TrialLine(LINE.number, LINE.nct_id, LINE.title, "COMPLETED")
        load_trials(session, [done], as_of=later.date(), now=later)
        session.expire_all()
        (trial,) = session.exec(select(Trial).where(col(Trial.project_id) == 1)).all()
    assert (trial.nct_id, trial.status, trial.as_of_on) == (
        LINE.nct_id,
        "COMPLETED",
        later.date(),
    )
    assert trial.first_seen_at == NOW
