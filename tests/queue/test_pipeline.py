"""The main job through real messages: RePORTER moves, and a digest is in a mailbox."""

from collections.abc import Generator
from email import message_from_bytes
from typing import Any

import pytest
from bells import ring
from local_nodes import Wait
from pytest_celery import CeleryTestSetup
from sqlalchemy import Engine
from sqlmodel import col, select, update

from tidings.clock import machine_now
from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.delivery.senders.capture import CapturedMail, Inbox
from tidings.delivery.senders.make import inbox_folder
from tidings.flows.enroll import enroll
from tidings.flows.follow import follow
from tidings.jobs import Job
from tidings.projects.models import Change, Sweep, SweepState
from tidings.projects.queries import projects_page
from tidings.sandbox.running import Options, Sandbox, running_sandbox
from tidings.subscribers.models import Cadence, DigestSchedule

pytestmark = pytest.mark.timeout(180)

WEEKS = 8


@pytest.fixture
def sandbox() -> Generator[Sandbox]:
    with running_sandbox(Options(corpus=60)) as running:
        running.hold_week(1)
        yield running


@pytest.fixture
def settings(settings: Settings, sandbox: Sandbox) -> Settings:
    return settings.model_copy(update={"reporter_url": sandbox.url, "scope_years": 50})


@pytest.fixture
def worker_env(worker_env: dict[str, str], settings: Settings) -> dict[str, str]:
    return {**worker_env, "TIDINGS_SCOPE_YEARS": str(settings.scope_years)}


def complete_sweeps(engine: Engine) -> int:
    with open_session(engine) as session:
        return len(session.exec(select(Sweep).where(Sweep.state == SweepState.COMPLETE)).all())


def follow_everything(engine: Engine, settings: Settings) -> None:
    with open_session(engine) as session:
        now = machine_now()
        reader = enroll(session, "r@clinic.org", time_zone="UTC", settings=settings, now=now)
        for project in projects_page(session, limit=1000):
            follow(
                session,
                subscriber_id=reader,
                project_id=stored_id(project.id),
                cadence=Cadence.WEEKLY,
                now=now,
            )


def let_a_week_pass(engine: Engine) -> None:
    with open_session(engine) as session:
        session.exec(update(DigestSchedule).values(next_due_at=machine_now()))
        session.commit()


def in_mailbox(settings: Settings) -> list[CapturedMail]:
    return Inbox(inbox_folder(settings)).newest()


def test_a_digest_of_what_moved_is_in_the_mailbox(
    celery_setup: CeleryTestSetup, engine: Engine, settings: Settings, sandbox: Sandbox, wait: Wait
) -> None:
    app: Any = celery_setup.app
    ring(app, Job.SWEEP_START, "weekly")
    wait(lambda: complete_sweeps(engine) == 1)
    follow_everything(engine, settings)
    sandbox.hold_week(WEEKS)
    ring(app, Job.SWEEP_START, "weekly")
    wait(lambda: complete_sweeps(engine) == 2)
    wait(lambda: all_matched(engine))
    let_a_week_pass(engine)
    ring(app, Job.DIGESTS_START)
    wait(lambda: len(in_mailbox(settings)) == 1)
    mail = message_from_bytes(in_mailbox(settings)[0].raw)
    assert mail["To"] == "r@clinic.org"
    assert "you follow" in mail["Subject"]
    assert "RePORTER was read on" in in_mailbox(settings)[0].text


def all_matched(engine: Engine) -> bool:
    with open_session(engine) as session:
        waiting = select(Change).where(col(Change.processed_at).is_(None))
        return session.exec(select(Change)).first() is not None and not session.exec(waiting).all()
