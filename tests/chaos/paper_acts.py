"""Papers and trials, read and loaded while the process may be killed."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Engine, text
from sqlmodel import Session, func, select
from tests.chaos.acts import counts
from tests.chaos.scene import PATIENCE, SECONDS, Scene

from tidings.clock import machine_now
from tidings.db.session import open_session
from tidings.flows.load_linked import load_papers, load_trials
from tidings.flows.read_papers import read_papers
from tidings.projects.exporter_lines import PaperLine, TrialLine
from tidings.projects.models import Project, Publication
from tidings.reporter.client import ReporterClient
from tidings.reporter.pacing import NoPacer

PMID = 39_000_001
NCT = "NCT04277585"


def read_all(scene: Scene, engine: Engine) -> None:
    """Read the papers of all projects that are due, once the dead's lease has ended."""
    scene.wait_for_leases()
    _read(scene, engine, now=machine_now())


def know_some(scene: Scene, engine: Engine) -> None:
    """Read all a fortnight ago, and lose one link: it will be news."""
    _read(scene, engine, now=machine_now() - timedelta(days=14))
    with open_session(engine) as session:
        session.delete(session.exec(select(Publication).limit(1)).one())
        session.commit()


def is_read_once(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether one reading asked for every project once, and told the news once."""
    projects = session.exec(select(func.count()).select_from(Project)).one()
    latest = "id = (SELECT max(id) FROM sweep)"
    yield from counts(
        session,
        {
            "sweep WHERE purpose = 'papers' AND state = 'complete'": 2,
            "sweep WHERE purpose = 'papers'": 2,
            f"sweep WHERE {latest} AND examined = {projects} AND new = 1 AND changed = 1": 1,
            "change WHERE kind = 'new_publication'": 1,
            "lease WHERE name = 'papers'": 0,
        },
    )


def take_in_lists(_scene: Scene, engine: Engine) -> None:
    """Load what a paper is called, and a trial."""
    with open_session(engine) as session:
        load_papers(session, [PaperLine(PMID, "A title", "Cell", 2026)])
        number = session.connection().execute(text("SELECT core_project_num FROM award")).scalar()
        now = machine_now()
        line = TrialLine(str(number), NCT, "A trial", "COMPLETED")
        load_trials(session, [line], as_of=now.date(), now=now)


def link_a_paper(_scene: Scene, engine: Engine) -> None:
    """Link a paper to a project."""
    with open_session(engine) as session:
        session.add(Publication(project_id=1, pmid=PMID, first_seen_at=machine_now()))
        session.commit()


def are_taken_in_once(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether the paper and the trial are there, once."""
    yield from counts(
        session, {f"paper WHERE pmid = {PMID}": 1, f"trial WHERE nct_id = '{NCT}'": 1}
    )


def _read(scene: Scene, engine: Engine, *, now: datetime) -> None:
    settings = scene.settings
    with ReporterClient(settings.reporter_url, pacer=NoPacer(), patience=PATIENCE) as client:
        while read_papers(engine, client, settings=settings, now=now, seconds=SECONDS).more:
            pass
