"""The demo: a RePORTER of our own a week of which lasts seconds, and readers who wait for news.

Run as a module it is the child that brings the readers, once the first sweep is complete.
"""

import os
import shutil
import socket
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import sleep

from sqlmodel import Session

from tidings.clock import machine_now
from tidings.config import Settings
from tidings.db.session import open_session
from tidings.errors import RejectedError
from tidings.flows.enroll import enroll
from tidings.flows.follow import follow
from tidings.flows.save_search import save_search
from tidings.projects.models import Project
from tidings.projects.queries import projects_page
from tidings.projects.sweep_queries import last_complete_at
from tidings.subscribers.models import Cadence
from tidings.wiring import open_engine, read_settings
from tidings_workers.children import Child

WEEK_SECONDS = 20.0
CORPUS = 2000
FOLLOWED = 200
MONDAY_NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
"""The demo's calendar begins here: after a Sunday's refresh, before next week's."""

FOLLOWER = "researcher@demo.example"
ADVOCATE = "advocate@demo.example"
OFFICE = "office@demo.example"
CONDITION = "cancer"


def prepare_demo() -> None:
    """Set the environment of a demo: a folder made anew, a fast calendar, captured mail."""
    folder = Path(os.environ.get("TIDINGS_DATA_DIR", ".tidings")) / "demo"
    shutil.rmtree(folder, ignore_errors=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    os.environ.setdefault("TIDINGS_LOG_LEVEL", "warning")
    os.environ.update(
        {
            "TIDINGS_DATA_DIR": str(folder),
            "TIDINGS_REPORTER_URL": f"http://127.0.0.1:{port}",
            "TIDINGS_REPORTER_INTERVAL": "0.05",
            "TIDINGS_SENDER": "capture",
            "TIDINGS_CLOCK_SPEED": str(604_800 / WEEK_SECONDS),
            "TIDINGS_CLOCK_CALENDAR_EPOCH": MONDAY_NOON.isoformat(),
            "TIDINGS_CLOCK_MACHINE_EPOCH": machine_now().isoformat(),
        }
    )


def demo_children(settings: Settings) -> tuple[Child, Child]:
    """Return the local RePORTER, and the child that brings the readers and then ends."""
    port = settings.reporter_url.rpartition(":")[2]
    sandbox = [
        *(sys.executable, "-m", "tidings", "sandbox", "--port", port),
        *("--corpus", str(CORPUS), "--week-seconds", str(WEEK_SECONDS)),
    ]
    readers = [sys.executable, "-m", "tidings_workers.demo"]
    return Child("sandbox", sandbox), Child("readers", readers, once=True)


def bring_readers() -> None:
    """Wait for the first sweep, then enroll three readers with what they follow and search."""
    settings = read_settings()
    engine = open_engine(settings)
    with open_session(engine) as session:
        while last_complete_at(session) is None:
            session.rollback()
            sleep(0.5)
        _enroll_all(session, settings, projects_page(session, limit=FOLLOWED))
    engine.dispose()


def _enroll_all(session: Session, settings: Settings, projects: Sequence[Project]) -> None:
    now = settings.clock.now()
    if not projects:
        raise RejectedError("the demo's RePORTER has no projects")

    def reader(address: str) -> int:
        return enroll(session, address, time_zone="America/New_York", settings=settings, now=now)

    _follow(session, reader(FOLLOWER), projects, Cadence.WEEKLY, now)
    _follow(session, reader(OFFICE), projects[:5], Cadence.IMMEDIATE, now)
    save_search(
        session,
        subscriber_id=reader(ADVOCATE),
        name="Cancer",
        text=CONDITION,
        cadence=Cadence.WEEKLY,
        now=now,
    )


def _follow(
    session: Session, reader: int, projects: Sequence[Project], cadence: Cadence, now: datetime
) -> None:
    for project in projects:
        if project.id is not None:
            follow(session, subscriber_id=reader, project_id=project.id, cadence=cadence, now=now)


if __name__ == "__main__":
    bring_readers()
