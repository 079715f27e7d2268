"""Which papers RePORTER links to what projects: read over HTTP from the sandbox, week by week."""

import shutil
from collections.abc import Generator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from conftest import NOW
from sqlalchemy import Engine
from sqlmodel import col, select

from tidings.config import Settings
from tidings.db.engine import make_engine
from tidings.db.session import open_session
from tidings.errors import RejectedError, RetryableError
from tidings.flows.advance_sweep import advance_sweep
from tidings.flows.enroll import enroll
from tidings.flows.finish_sweep import finish_sweep
from tidings.flows.follow import follow
from tidings.flows.match_changes import match_changes
from tidings.flows.read_papers import PapersRead, read_papers
from tidings.flows.recover import waiting_bells
from tidings.flows.start_sweep import start_sweep
from tidings.jobs import Job
from tidings.notices.models import Notice
from tidings.projects.models import (
    Change,
    ChangeKind,
    Project,
    Publication,
    Purpose,
    Severity,
    Sweep,
    SweepState,
)
from tidings.projects.sweep_queries import last_complete_at, running_sweep
from tidings.projects.wording import change_line
from tidings.reporter.client import ReporterClient
from tidings.reporter.criteria import Criteria
from tidings.reporter.pacing import NoPacer
from tidings.reporter.patience import Patience
from tidings.reporter.scope import Part
from tidings.sandbox.faults import Mode
from tidings.sandbox.running import Options, Sandbox, running_sandbox
from tidings.subscribers.models import Cadence

CORPUS = 120
EVERYTHING = (Part("all", Criteria()),)
WEEK = timedelta(weeks=1)


@pytest.fixture(scope="module")
def running() -> Generator[Sandbox]:
    with running_sandbox(Options(corpus=CORPUS)) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Generator[Sandbox]:
    running.hold_week(1)
    yield running
    running.recover()


@pytest.fixture
def client(sandbox: Sandbox) -> Generator[ReporterClient]:
    patience = Patience(tries=2, first=timedelta(milliseconds=1))
    with ReporterClient(sandbox.url, pacer=NoPacer(), timeout=5, patience=patience) as made:
        yield made


@pytest.fixture(scope="module")
def template(
    sqlite_template: Path, running: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Give a store that holds all projects, with no paper yet, to copy."""
    path = tmp_path_factory.mktemp("papers") / "swept.db"
    shutil.copy(sqlite_template, path)
    engine = make_engine(f"sqlite:///{path}")
    running.hold_week(1)
    with ReporterClient(running.url, pacer=NoPacer(), timeout=5) as client:
        sweep(engine, client)
    engine.dispose()
    return path


@pytest.fixture
def swept(template: Path, tmp_path: Path) -> Generator[Engine]:
    path = tmp_path / "swept.db"
    shutil.copy(template, path)
    engine = make_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@pytest.fixture
def swept_anywhere(engine: Engine, client: ReporterClient) -> Engine:
    sweep(engine, client)
    return engine


def sweep(engine: Engine, client: ReporterClient) -> None:
    with open_session(engine) as session:
        sweep_id = start_sweep(
            session, purpose=Purpose.WEEKLY, settings=Settings(), now=NOW, scope=EVERYTHING
        )
    assert sweep_id is not None
    while not advance_sweep(engine, client, sweep_id, now=NOW, seconds=60):
        pass
    finish_sweep(engine, client, sweep_id, now=NOW)


def read(
    engine: Engine, client: ReporterClient, *, now: datetime = NOW, budget: int = 100
) -> PapersRead:
    settings = Settings(papers_requests_a_day=budget)
    return read_papers(engine, client, settings=settings, now=now, seconds=60)


def links(engine: Engine) -> set[tuple[int, int]]:
    with open_session(engine) as session:
        return {(one.project_id, one.pmid) for one in session.exec(select(Publication))}


def news(engine: Engine) -> list[Change]:
    with open_session(engine) as session:
        kind = col(Change.kind) == ChangeKind.NEW_PUBLICATION
        return list(session.exec(select(Change).where(kind).order_by(col(Change.id))))


def receipts(engine: Engine) -> list[Sweep]:
    with open_session(engine) as session:
        mine = select(Sweep).where(Sweep.purpose == Purpose.PAPERS).order_by(col(Sweep.id))
        return list(session.exec(mine))


def test_the_first_reading_knows_all_links_and_tells_of_none(
    swept: Engine, client: ReporterClient
) -> None:
    outcome = read(swept, client)
    assert outcome.more is False
    found = links(swept)
    (receipt,) = receipts(swept)
    with open_session(swept) as session:
        projects = session.exec(select(Project)).all()
    assert len(found) == receipt.new > 50
    assert receipt.examined == len(projects)
    assert all(project.papers_read_at == NOW for project in projects)
    assert (receipt.state, receipt.changed) == (SweepState.COMPLETE, 0)
    assert receipt.ledger_no is not None
    assert news(swept) == []


def test_weeks_later_the_new_links_of_a_project_are_one_change_and_reach_its_followers(
    swept_anywhere: Engine, client: ReporterClient, sandbox: Sandbox, settings: Settings
) -> None:
    read(swept_anywhere, client)
    before = links(swept_anywhere)
    sandbox.hold_week(40)
    later = NOW + 39 * WEEK
    with open_session(swept_anywhere) as session:
        reader = enroll(session, "reader@clinic.org", time_zone="UTC", settings=settings, now=NOW)
        for project_id in session.exec(select(col(Project.id))).all():
            assert project_id is not None
            follow(
                session,
                subscriber_id=reader,
                project_id=project_id,
                cadence=Cadence.IMMEDIATE,
                now=NOW,
            )
    read(swept_anywhere, client, now=later)
    added = links(swept_anywhere) - before
    told = news(swept_anywhere)
    assert added
    assert {(one.project_id, pmid) for one in told for pmid in one.after} == added
    assert (
        len({one.project_id for one in told}) == len(told) == receipts(swept_anywhere)[-1].changed
    )
    assert {one.severity for one in told} == {Severity.INFO}
    with open_session(swept_anywhere) as session:
        match_changes(session, now=later)
        notices = session.exec(select(Notice)).all()
        assert {notice.project_id for notice in notices} == {one.project_id for one in told}
        line = change_line(told[0])
        assert (line.mark, line.label, line.was) == ("+", "Papers", "")
        assert line.now.startswith("1 new paper (PMID ")
        assert told[0].field_name == "publications"


def test_a_second_reading_of_the_same_version_tells_again(
    swept: Engine, client: ReporterClient
) -> None:
    read(swept, client)
    with open_session(swept) as session:
        first = session.exec(select(Publication)).first()
        assert first is not None
        project_id, pmid = first.project_id, first.pmid
    for number in (1, 2):
        with open_session(swept) as session:
            session.delete(session.get_one(Publication, (project_id, pmid)))
            session.commit()
        read(swept, client, now=NOW + number * WEEK)
    told = news(swept)
    assert [(one.project_id, one.after) for one in told] == [(project_id, [pmid])] * 2
    assert len({one.version for one in told}) == 1


def test_links_that_are_taken_away_go_quietly_and_are_counted(
    swept_anywhere: Engine, client: ReporterClient
) -> None:
    read(swept_anywhere, client)
    found = links(swept_anywhere)
    with open_session(swept_anywhere) as session:
        project_id = next(iter(found))[0]
        session.add(Publication(project_id=project_id, pmid=7, first_seen_at=NOW))
        session.commit()
    read(swept_anywhere, client, now=NOW + WEEK)
    assert links(swept_anywhere) == found
    assert receipts(swept_anywhere)[-1].note == "1 link that RePORTER has taken away"
    assert news(swept_anywhere) == []


def test_a_project_is_asked_for_once_a_week(swept: Engine, client: ReporterClient) -> None:
    read(swept, client)
    assert read(swept, client, now=NOW + timedelta(days=6)) == PapersRead(None, more=False)
    assert read(swept, client, now=NOW + WEEK).sweep_id is not None
    assert len(receipts(swept)) == 2


def test_the_budget_of_a_day_goes_to_followed_projects_first_and_the_rest_comes_later(
    swept: Engine, client: ReporterClient, settings: Settings
) -> None:
    with open_session(swept) as session:
        last = session.exec(select(col(Project.id)).order_by(col(Project.id).desc())).first()
        assert last is not None
        reader = enroll(session, "reader@clinic.org", time_zone="UTC", settings=settings, now=NOW)
        follow(session, subscriber_id=reader, project_id=last, cadence=Cadence.WEEKLY, now=NOW)
    read(swept, client, budget=1)
    with open_session(swept) as session:
        at_once = set(session.exec(select(col(Project.id)).where(Project.papers_read_at == NOW)))
        everything = set(session.exec(select(col(Project.id))))
    assert last in at_once
    assert 20 < len(at_once) <= 50 < len(everything)
    for day in range(1, 6):
        read(swept, client, now=NOW + timedelta(days=day), budget=1)
    with open_session(swept) as session:
        assert None not in session.exec(select(col(Project.papers_read_at))).all()


def test_with_no_budget_or_before_the_first_sweep_nothing_is_asked(
    engine: Engine, client: ReporterClient
) -> None:
    assert read(engine, client) == PapersRead(None, more=False)
    assert receipts(engine) == []


def test_a_source_that_fails_leaves_the_reading_to_be_continued(
    swept: Engine, client: ReporterClient, sandbox: Sandbox
) -> None:
    sandbox.fail(Mode.STATUS, status=503)
    with pytest.raises(RetryableError):
        read(swept, client)
    with open_session(swept) as session:
        assert running_sweep(session) is None  # the sweeps of records are not kept waiting
        assert last_complete_at(session) == NOW
        assert Job.PAPERS_READ in [bell.job for bell in waiting_bells(session, NOW)]
    sandbox.recover()
    sandbox.hold_week(1)
    read(swept, client, now=NOW + timedelta(hours=1))
    (receipt,) = receipts(swept)
    assert receipt.state is SweepState.COMPLETE
    assert links(swept)
    with open_session(swept) as session:
        assert Job.PAPERS_READ not in [bell.job for bell in waiting_bells(session, NOW)]


def test_an_answer_that_is_too_short_is_not_believed(
    swept: Engine, client: ReporterClient, sandbox: Sandbox
) -> None:
    read(swept, client)
    found = links(swept)
    sandbox.fail(Mode.SHORT_PAGE)
    with pytest.raises(RetryableError):
        read(swept, client, now=NOW + WEEK)
    assert links(swept) == found


def test_what_reporter_refuses_fails_the_reading_in_its_words(
    swept: Engine, client: ReporterClient, sandbox: Sandbox
) -> None:
    sandbox.fail(Mode.STATUS, status=400)
    assert read(swept, client).more is False
    (receipt,) = receipts(swept)
    assert receipt.state is SweepState.FAILED
    assert receipt.note


def test_a_sweep_of_records_is_no_reading_of_papers(swept: Engine) -> None:
    with open_session(swept) as session, pytest.raises(RejectedError, match="papers read"):
        start_sweep(session, purpose=Purpose.PAPERS, settings=Settings(), now=NOW)
