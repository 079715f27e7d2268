"""What every trial begins with: a store that was swept once, readers, and a RePORTER that moved."""

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session
from tests.daytime import daytime_zone

from tidings.clock import machine_now
from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.engine import make_engine
from tidings.db.session import open_session
from tidings.flows.advance_sweep import advance_sweep
from tidings.flows.enroll import enroll
from tidings.flows.finish_sweep import finish_sweep
from tidings.flows.follow import follow
from tidings.flows.save_search import save_search
from tidings.flows.start_sweep import start_sweep
from tidings.migrations.migrate import migrate
from tidings.projects.models import Purpose
from tidings.projects.queries import projects_page
from tidings.subscribers.models import Cadence
from tidings.wiring import open_reporter

CORPUS = 60
FIRST_WEEK, LAST_WEEK = 1, 22
SECRET = "a secret that is only good for trials"

EAGER = "eager@readers.example"
WEEKLY = "weekly@readers.example"
SEEKER = "seeker@readers.example"
LEAVER = "leaver@readers.example"
NEWCOMER = "newcomer@readers.example"
VOUCHED = "vouched@readers.example"
LAST_TIME = timedelta(days=8)
"""How long ago the first sweep was: this week's is due."""

STEADY = (EAGER, WEEKLY, SEEKER)
"""Those who are to be told of everything; the others come or go during a trial."""


ZONE = daytime_zone(machine_now())

SEARCH = "cancer OR heart OR diabetes OR brain OR lung OR kidney"


def trial_settings(
    *, data_dir: Path, database_url: str, reporter_url: str, smtp_port: int, sender: str = "smtp"
) -> dict[str, str]:
    """Return the environment of a trial's processes."""
    return {
        "TIDINGS_DATA_DIR": str(data_dir),
        "TIDINGS_DATABASE_URL": database_url,
        "TIDINGS_REPORTER_URL": reporter_url,
        "TIDINGS_REPORTER_INTERVAL": "0.01",
        "TIDINGS_SCOPE_YEARS": "50",
        "TIDINGS_SENDER": sender,
        "TIDINGS_SMTP_HOST": "127.0.0.1",
        "TIDINGS_SMTP_PORT": str(smtp_port),
        "TIDINGS_SMTP_TLS": "none",
        "TIDINGS_SECRET_KEY": SECRET,
        "TIDINGS_DELIVERY_LEASE": "1.5",
        "TIDINGS_ROLL_UP_AFTER": "1000",  # each change is looked for in a mail of its own
        "TIDINGS_ALERTS_A_DAY": "100000",
        "TIDINGS_LOG_LEVEL": "warning",
    }


def fill(url: str, reporter_url: str, *, crowd: int = 0) -> None:
    """Sweep a RePORTER for the first time, and bring the readers, and so many eager ones more."""
    settings = Settings(
        database_url=url,
        reporter_url=reporter_url,
        reporter_interval=0,
        scope_years=50,
        secret_key=SECRET,  # pyright: ignore[reportArgumentType] - pydantic makes it a SecretStr
    )
    engine = make_engine(url)
    migrate(engine)
    now = machine_now() - LAST_TIME
    sweep(engine, settings, now)
    with open_session(engine) as session:
        _bring_readers(session, settings, now, crowd)
    engine.dispose()


def sweep(engine: Engine, settings: Settings, now: datetime) -> None:
    """Sweep everything, in this process."""
    with open_reporter(settings, engine) as client:
        with open_session(engine) as session:
            sweep_id = start_sweep(session, purpose=Purpose.WEEKLY, settings=settings, now=now)
        assert sweep_id is not None
        while not advance_sweep(engine, client, sweep_id, now=now, seconds=60):
            pass
        finish_sweep(engine, client, sweep_id, now=now)


def _bring_readers(session: Session, settings: Settings, now: datetime, crowd: int) -> None:
    projects = [stored_id(project.id) for project in projects_page(session, limit=1000)]
    for address, cadence in (
        (EAGER, Cadence.IMMEDIATE),
        (WEEKLY, Cadence.WEEKLY),
        (LEAVER, Cadence.IMMEDIATE),
        *((f"crowd{number}@readers.example", Cadence.IMMEDIATE) for number in range(crowd)),
    ):
        reader = enroll(session, address, time_zone=ZONE, settings=settings, now=now)
        for project_id in projects:
            follow(session, subscriber_id=reader, project_id=project_id, cadence=cadence, now=now)
    save_search(
        session,
        subscriber_id=enroll(session, SEEKER, time_zone=ZONE, settings=settings, now=now),
        name="Conditions",
        text=SEARCH,
        cadence=Cadence.IMMEDIATE,
        now=now,
    )
