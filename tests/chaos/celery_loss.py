"""The same workload twice, with the whole worker killed again and again while it drains.

First through Celery as it comes (late acknowledgement, Redis, the message is the only record), then
through ours (a row for each mail, bells for a hundred rows, recover). What was done is judged from
outside: by the lines of a file for the first; for ours by the files of the inbox, of which the
capture sender makes one a mail however often it is asked, and by what the outbox recorded; or, with
``--sink smtp``, by a mail server that counts. There nobody can know whether a mail that was in hand
when its worker died has arrived: such a mail may come twice, is noted as ``unknown``, and no other
may.

    python -m tests.chaos.celery_loss --tasks 6000 --kills 12
"""

import argparse
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep

from kombu.exceptions import OperationalError
from rich.console import Console
from sqlalchemy import Engine, insert
from sqlmodel import col, func, select
from tests.chaos import celery_stock
from tests.queue.local_app import aimed_at
from tests.queue.local_nodes import LocalProcess, LocalValkey
from tests.relay import RelayServer, running_relay

from tidings.clock import machine_now
from tidings.config import Settings
from tidings.db.session import open_session
from tidings.delivery.models import Delivery, DeliveryEvent, DeliveryEventKind, DeliveryState
from tidings.delivery.senders.capture import Inbox
from tidings.delivery.senders.make import inbox_folder
from tidings.flows.enroll import enroll
from tidings.flows.unsubscribe import unsubscribe
from tidings.jobs import Job
from tidings.keys import message_id
from tidings.migrations.migrate import migrate
from tidings.subscribers.models import EndedReason
from tidings.subscribers.tokens import Scope
from tidings.wiring import open_engine
from tidings_workers.app import app
from tidings_workers.embedded import worker_command

CONSOLE = Console()
CHUNK = 100
STILL_SECONDS = 25.0
"""What has not moved for so long (two leases, several visibility timeouts) does not move again."""
RECOVER_SECONDS = 2.0
LEASE_SECONDS = 8.0


@dataclass
class Outcome:
    """What came of one workload."""

    name: str
    tasks: int
    never: int = 0
    twice: int = 0
    explained: int = 0
    notes: list[str] = field(default_factory=list[str])

    def __str__(self) -> str:
        """Say it in one line."""
        line = f"{self.name}: {self.tasks} tasks, {self.never} never done, {self.twice} done twice"
        return ", ".join([line, *self.notes])


@dataclass(frozen=True)
class Run:
    """How much is done, how often the worker is killed, where and at which chances."""

    tasks: int
    kills: int
    folder: Path
    chance: random.Random
    lease: float = LEASE_SECONDS

    def drain(
        self,
        start: Callable[[], LocalProcess],
        done: Callable[[], int],
        remind: Callable[[], None] = lambda: None,
    ) -> None:
        """Let workers drain it, and kill each but the last within a second of its first success."""
        for _ in range(self.kills):
            before, worker = done(), start()
            _until(lambda n=before: done() > n, done, remind)
            sleep(self.chance.random() * 0.8)
            worker.kill()
        worker = start()
        _until(lambda: done() >= self.tasks, done, remind)
        worker.stop(30)


def _until(holds: Callable[[], bool], done: Callable[[], int], remind: Callable[[], None]) -> None:
    """Return when it holds, or when nothing has been done for long."""
    last, moved, reminded = done(), monotonic(), monotonic()
    while not holds() and monotonic() - moved < STILL_SECONDS:
        if monotonic() - reminded > RECOVER_SECONDS:
            remind()
            reminded = monotonic()
        sleep(0.02)
        now = done()
        last, moved = (now, monotonic()) if now != last else (last, moved)


def stock(run: Run, broker: LocalValkey) -> Outcome:
    """Drain the workload through Celery as it comes."""
    out = run.folder / "stock.out"
    out.touch()
    env = {celery_stock.BROKER: broker.url, celery_stock.OUT: str(out)}
    celery_stock.app.conf.broker_url = broker.url
    with celery_stock.app.producer_or_acquire() as producer:
        for number in range(run.tasks):
            celery_stock.note.apply_async((number,), producer=producer)
    command = [
        *(sys.executable, "-m", "celery", "-A", "tests.chaos.celery_stock", "worker"),
        *("-P", "prefork", "-c", "2", "-l", "error", "--without-gossip", "--without-mingle"),
    ]
    counted = _Lines(out)
    run.drain(lambda: LocalProcess("stock", command, run.folder, env), lambda: len(counted.read()))
    lines = counted.read()
    return Outcome(
        "Celery alone",
        run.tasks,
        never=run.tasks - len(lines),
        twice=sum(times > 1 for times in lines.values()),
    )


class _Lines:
    """Counts the lines of a growing file, reading each once."""

    def __init__(self, path: Path) -> None:
        self._path, self._at = path, 0
        self._counts: Counter[bytes] = Counter()

    def read(self) -> Counter[bytes]:
        """Return how often each line is there."""
        with self._path.open("rb") as file:
            file.seek(self._at)
            new = file.read()
        self._at += len(new)
        self._counts.update(new.split())
        return self._counts


def ours(run: Run, broker: LocalValkey, relay: RelayServer | None) -> Outcome:
    """Drain the workload through rows, bells and recover."""
    settings = Settings(data_dir=run.folder / "data")
    engine = open_engine(settings)
    migrate(engine)
    ids = _mails(engine, settings, run.tasks)
    env = {
        "TIDINGS_DATA_DIR": str(settings.data_dir),
        "TIDINGS_BROKER_URL": broker.url,
        "TIDINGS_DELIVERY_LEASE": str(run.lease),
        "TIDINGS_LOG_LEVEL": "warning",
    }
    if relay is not None:
        env |= {"TIDINGS_SENDER": "smtp", "TIDINGS_SMTP_PORT": str(relay.port)}
        env |= {"TIDINGS_SMTP_TLS": "none"}
    with aimed_at(broker.url):
        for start in range(0, len(ids), CHUNK):
            _ring(Job.DELIVERY_SEND, ids[start : start + CHUNK])
        run.drain(
            lambda: LocalProcess("ours", worker_command(), run.folder, env),
            lambda: _sent(engine),
            lambda: _ring(Job.ROWS_RECOVER),
        )
    outcome = Outcome(f"Tidings ({'smtp' if relay else 'capture'})", run.tasks)
    outcome.never = run.tasks - _sent(engine)
    logs = b"".join(path.read_bytes() for path in run.folder.glob("ours-*.log"))
    outcome.notes.append(f"{logs.count(b'lease.expired')} batches broken off by a kill")
    _count_arrivals(outcome, engine, settings, relay)
    engine.dispose()
    return outcome


def _ring(job: Job, *arguments: Sequence[int]) -> None:
    try:
        app.send_task(job.value, args=arguments)
    except (OperationalError, OSError) as error:
        CONSOLE.print(f"bell lost: {error}", highlight=False)


def _mails(engine: Engine, settings: Settings, count: int) -> list[int]:
    """Put so many goodbyes into the outbox, which need no study; return their ids."""
    now = machine_now()
    with open_session(engine) as session:
        reader = enroll(session, "r@clinic.org", time_zone="UTC", settings=settings, now=now)
        reason = EndedReason.UNSUBSCRIBED
        first = unsubscribe(session, Scope(reader), reason=reason, settings=settings, now=now)
        row = session.get_one(Delivery, first).model_dump(exclude={"id"})
        copies = [
            {**row, "key": key, "message_id": message_id(key, settings.mail_domain)}
            for key in (f"{row['key']}-{n}" for n in range(count - 1))
        ]
        session.connection().execute(insert(Delivery), copies)
        session.commit()
        return [found for found in session.exec(select(col(Delivery.id))) if found is not None]


def _sent(engine: Engine) -> int:
    with open_session(engine) as session:
        counted = select(func.count()).where(col(Delivery.state) == DeliveryState.SENT)
        return session.exec(counted).one()


def _count_arrivals(
    outcome: Outcome, engine: Engine, settings: Settings, relay: RelayServer | None
) -> None:
    """Count from outside what never came and what came twice."""
    events = _events(engine)
    unknown = {key for key, kind in events if kind is DeliveryEventKind.UNKNOWN}
    accepted = [key for key, kind in events if kind is DeliveryEventKind.ACCEPTED]
    outcome.notes.append(f"{len(unknown)} mails unknown")
    if relay is None:
        arrived = Inbox(inbox_folder(settings)).count()
        outcome.never = max(outcome.never, outcome.tasks - arrived)
        outcome.twice = max(len(accepted) - len(set(accepted)), arrived - outcome.tasks)
        return
    arrivals = Counter(str(message["Message-ID"]) for message in relay.messages)
    outcome.never = max(outcome.never, outcome.tasks - len(arrivals))
    doubled = {key for key, times in arrivals.items() if times > 1}
    outcome.twice = len(doubled)
    outcome.explained = len(doubled & unknown)


def _events(engine: Engine) -> list[tuple[str, DeliveryEventKind]]:
    with open_session(engine) as session:
        statement = select(col(Delivery.message_id), col(DeliveryEvent.kind)).join(
            DeliveryEvent, col(DeliveryEvent.delivery_id) == col(Delivery.id)
        )
        return list(session.exec(statement).all())


def drain_stock(run: Run) -> Outcome:
    """Drain through Celery alone, over a broker of its own."""
    with _broker(run.folder) as broker:
        return stock(run, broker)


def drain_ours(run: Run, *, sink: str = "capture") -> Outcome:
    """Drain through ours, over a broker of its own."""
    with ExitStack() as stack:
        relay = stack.enter_context(running_relay()) if sink == "smtp" else None
        return ours(run, stack.enter_context(_broker(run.folder)), relay)


@contextmanager
def _broker(folder: Path) -> Generator[LocalValkey]:
    folder.mkdir(parents=True)
    broker = LocalValkey(folder)
    try:
        broker.ready()
        yield broker
    finally:
        broker.teardown()


def main() -> int:
    """Compare; return 1 if ours lost a mail or sent one twice that it knew to have sent."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.celery_loss")
    parser.add_argument("--tasks", type=int, default=6000)
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--sink", choices=("capture", "smtp"), default="capture")
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)
    with tempfile.TemporaryDirectory(prefix="tidings-loss-") as folder:

        def run(name: str) -> Run:
            chance = random.Random(given.seed)  # noqa: S311 - when to kill
            return Run(given.tasks, given.kills, Path(folder) / name, chance)

        alone = drain_stock(run("stock"))
        CONSOLE.print(str(alone), highlight=False, soft_wrap=True)
        tidings = drain_ours(run("ours"), sink=given.sink)
        CONSOLE.print(str(tidings), highlight=False, soft_wrap=True)
    violations = tidings.never + tidings.twice - tidings.explained
    CONSOLE.print(
        f"{given.tasks} tasks x {given.kills} kills: Celery alone never did {alone.never} and did "
        f"{alone.twice} twice; Tidings never did {tidings.never} and did {tidings.twice} twice; "
        f"{violations} violations",
        highlight=False,
        soft_wrap=True,
    )
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
