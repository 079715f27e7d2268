"""The processes of a trial: workers, what rings for them, and readers who come and go.

Each is forked from a process that has imported everything, so it begins within milliseconds, and
runs the product's own tasks on the product's own settings. Only the broker is another: the queue
that loses and doubles.
"""

import os
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select
from tests.chaos import world
from tests.chaos.history import History
from tests.chaos.lossy import LossyQueue
from tests.chaos.mails import mails_of

from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.delivery.feedback import Feedback, FeedbackKind
from tidings.delivery.models import Delivery, DeliveryKind, DeliveryState
from tidings.delivery.refusals import Refusal
from tidings.errors import RejectedError, TidingsError
from tidings.failpoints import Plan, arm
from tidings.flows import advance_sweep, recover
from tidings.flows.confirm import confirm
from tidings.flows.enroll import enroll
from tidings.flows.follow import follow
from tidings.flows.subscribe import subscribe
from tidings.flows.take_feedback import take_feedback
from tidings.flows.unsubscribe import unsubscribe
from tidings.jobs import Job
from tidings.logs import configure_logs
from tidings.projects.queries import projects_page
from tidings.subscribers.addresses import AddressBook
from tidings.subscribers.models import Cadence, EndedReason, Subscriber
from tidings.subscribers.tokens import Scope
from tidings.subscribers.wishes import Wish
from tidings.upkeep.timetable import TIMETABLE
from tidings_workers import scheduler, wiring
from tidings_workers.app import app

SHORT = timedelta(seconds=1.5)
"""Leases of a trial: a dead worker's work waits no longer."""

OFTEN = 0.25
NOT_RUNG = (("probe",), ("reconcile",))
"""Sweeps that would only stand in the way of the weekly one."""


AUDITS = (Job.CANARY_RUN, Job.MATCHES_AUDIT)
"""They read the whole store: rung where they are what is tried."""


@dataclass(frozen=True)
class Stage:
    """What the processes of a trial share."""

    folder: Path
    env: dict[str, str]
    queue: LossyQueue
    history: History
    seed: int
    plan: Plan | None
    audits: bool

    @property
    def log(self) -> Path:
        """Where the processes' log lines go."""
        return self.folder / "log"


def become(stage: Stage, role: str, act: Callable[[Stage], None]) -> int:
    """Fork a process that plays a role; return its pid."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        _settle_in(stage)
        act(stage)
        code = 0
    except BaseException as error:  # noqa: BLE001 - the edge of a process: noted, then the end
        stage.history.add("broke", role=role, error=repr(error))
    finally:
        os._exit(code)


def _settle_in(stage: Stage) -> None:
    log = os.open(stage.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(log, 2)
    os.environ.update(stage.env)
    stage.queue.seed(stage.seed + os.getpid())

    def send_task(name: str, args: Sequence[Any] = (), **_: Any) -> None:
        stage.queue.send(name, args)

    app.send_task = send_task
    advance_sweep.LEASE = SHORT
    recover.LEFT_AFTER = SHORT
    scheduler.LEASE_TTL = SHORT
    configure_logs(wiring.settings())
    arm(stage.plan)


def worker(stage: Stage) -> None:
    """Do what the queue brings."""
    while True:
        message = stage.queue.take(1.0)
        if message is None:
            continue
        job, arguments = message
        try:
            app.tasks[job](*arguments)
        except (TidingsError, OperationalError) as error:  # its row waits, as in Celery
            stage.history.add("failed", job=job, error=str(error))


def ringer(stage: Stage) -> None:
    """Ring what the timetable says, and recover far more often than it does."""
    clock = wiring.settings().clock
    for number in count():
        for entry in TIMETABLE if number % 4 == 0 else ():
            if entry.arguments not in NOT_RUNG and entry.job not in AUDITS:
                scheduler.ring_entry(entry, clock)
        for job in AUDITS if stage.audits and number % 4 == 0 else ():
            wiring.ring(job)
        wiring.ring(Job.ROWS_RECOVER)
        sleep(OFTEN)


def visitors(stage: Stage) -> None:
    """Play the readers who come and go; whoever plays them next goes on where it was."""
    chance = random.Random(stage.seed)  # noqa: S311 - chance, no secret
    sleep(chance.random() * 1.5)
    done = {event["step"] for event in stage.history.read() if event["kind"] == "did"}
    for step in (_be_vouched_for, _follow, _ask, _leave, _confirm, _bounce):
        if step.__name__ not in done:
            _try(stage, step)
            stage.history.add("did", step=step.__name__)


def _try(stage: Stage, step: Callable[[Stage, Session], bool]) -> None:
    end = monotonic() + 60
    while monotonic() < end:
        try:
            with open_session(wiring.engine()) as session:
                if step(stage, session):
                    return
        except OperationalError as error:
            stage.history.add("failed", job=step.__name__, error=str(error))
        sleep(0.1)
    raise TimeoutError(step.__name__)


def _be_vouched_for(_stage: Stage, session: Session) -> bool:
    settings = wiring.settings()
    enroll(session, world.VOUCHED, time_zone=world.ZONE, settings=settings, now=wiring.now())
    return True


def _follow(_stage: Stage, session: Session) -> bool:
    reader = _reader(session, world.VOUCHED)
    project_id = stored_id(projects_page(session, limit=1)[0].id)
    session.rollback()
    follow(
        session,
        subscriber_id=reader,
        project_id=project_id,
        cadence=Cadence.PAUSED,
        now=wiring.now(),
    )
    return True


def _ask(_stage: Stage, session: Session) -> bool:
    key = projects_page(session, limit=1)[0].key
    session.rollback()
    wish = Wish(follow_key=key, search_text="asthma", cadence=Cadence.WEEKLY)
    subscribe(
        session,
        wish,
        address=world.NEWCOMER,
        time_zone=world.ZONE,
        settings=wiring.settings(),
        now=wiring.now(),
    )
    return True


def _leave(stage: Stage, session: Session) -> bool:
    reader = _reader(session, world.LEAVER)
    session.rollback()
    stage.history.add("leave.begun")
    unsubscribe(
        session,
        Scope(reader),
        reason=EndedReason.UNSUBSCRIBED,
        settings=wiring.settings(),
        now=wiring.now(),
    )
    stage.history.add("leave.done")
    return True


def _confirm(stage: Stage, session: Session) -> bool:
    links = [mail["confirm"] for mail in mails_of(stage) if mail["to"] == world.NEWCOMER]
    links = [link for link in links if link]
    if not links:
        return False
    try:
        confirm(session, links[0], settings=wiring.settings(), now=wiring.now())
    except RejectedError as error:
        if "was used before" not in str(error):
            raise
    return True


def _bounce(_stage: Stage, session: Session) -> bool:
    sent = session.exec(
        select(Delivery)
        .where(
            col(Delivery.state) == DeliveryState.SENT, Delivery.kind == DeliveryKind.CHANGE_ALERT
        )
        .order_by(col(Delivery.id))
        .limit(1)
    ).first()
    session.rollback()
    if sent is None:
        return False
    refusal = Refusal("4.2.2 the mailbox is full", "4.2.2")
    bounce = Feedback(FeedbackKind.BOUNCED, message_id=sent.message_id, refusal=refusal)
    take_feedback(session, bounce, settings=wiring.settings(), now=wiring.now())
    return True


def _reader(session: Session, address: str) -> int:
    name = AddressBook(wiring.settings().secret).hash(address)
    found: Any = session.exec(select(Subscriber.id).where(Subscriber.address_hash == name)).one()
    return found
