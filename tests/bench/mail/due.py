"""Digests that are all due at once, handed over by two processes as workers would.

``python -m tests.bench.mail.due ORDER`` is one of the two.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic, process_time

from sqlmodel import Session, col, func, select
from tests.bench.mail.rows import NOW

from tidings.config import Settings
from tidings.db.engine import make_engine
from tidings.delivery.models import Delivery, DeliveryEvent, DeliveryState
from tidings.delivery.senders.make import make_sender
from tidings.flows.deliver import deliver
from tidings.logs import configure_logs
from tidings.notices.models import Notice, NoticeState
from tidings_workers.wiring import calm_collector

WORKERS = 2
CHUNK = 100
"""Deliveries a task, as tidings_workers.chunks has it."""


@dataclass(frozen=True)
class Order:
    """What one worker is to hand over: every second chunk of so many deliveries."""

    data_dir: str
    database_url: str
    smtp_port: int
    deliveries: int
    place: int

    @property
    def settings(self) -> Settings:
        """The settings of both workers."""
        return bench_settings(
            data_dir=self.data_dir,
            database_url=self.database_url,
            sender="smtp",
            smtp_port=self.smtp_port,
            smtp_tls="none",
        )

    def chunks(self) -> list[list[int]]:
        """Return the ids that this worker takes."""
        ids = range(1, self.deliveries + 1)
        return [list(ids[at : at + CHUNK]) for at in range(0, len(ids), CHUNK)][
            self.place :: WORKERS
        ]


@dataclass(frozen=True)
class Outcome:
    """What it came to; ``workers`` has the CPU seconds and the most bytes of each."""

    seconds: float
    workers: list[tuple[float, int]]
    sent: int
    told: int
    events: int


def bench_settings(**values: object) -> Settings:
    """Return settings of a run: no brake, nothing but errors in the log."""
    fixed = {"secret_key": "0" * 64, "log_level": "error", "brake_mails_a_day": 0}
    return Settings.model_validate({**fixed, **values})


def hand_over(orders: Sequence[Order]) -> Outcome:
    """Let the workers loose on their chunks, all at the same moment; wait for the last."""
    command = [sys.executable, "-m", "tests.bench.mail.due"]
    workers = [
        subprocess.Popen(  # noqa: S603 - our own module
            [*command, json.dumps(asdict(order))], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for order in orders
    ]
    for worker in workers:
        assert worker.stdout
        assert worker.stdout.readline() == b"ready\n"
    began = monotonic()
    for worker in workers:
        assert worker.stdin
        worker.stdin.write(b"go\n")
        worker.stdin.flush()
    said = [json.loads(worker.communicate()[0]) for worker in workers]
    seconds = monotonic() - began
    engine = make_engine(orders[0].database_url)
    with Session(engine) as session:
        sent = _count(session, Delivery, col(Delivery.state) == DeliveryState.SENT)
        told = _count(session, Notice, col(Notice.state) == NoticeState.TOLD)
        events = session.exec(select(func.count()).select_from(DeliveryEvent)).one()
    engine.dispose()
    return Outcome(seconds, [(one["cpu"], one["memory"]) for one in said], sent, told, events)


def _count(session: Session, table: type[Delivery | Notice], which: object) -> int:
    return session.exec(select(func.count()).select_from(table).where(which)).one()  # type: ignore[arg-type] - a column's comparison


def work(order: Order) -> None:
    """Be one worker; say when it is ready, and then what it took."""
    settings = order.settings
    configure_logs(settings)
    engine, sender = make_engine(settings.database), make_sender(settings)
    calm_collector()  # as every worker does
    say("ready")
    sys.stdin.readline()
    start = process_time()
    for chunk in order.chunks():
        deliver(engine, sender, chunk, settings=settings, owner=str(order.place), now=NOW)
    sender.close()
    engine.dispose()
    say(json.dumps({"cpu": process_time() - start, "memory": most_memory()}))


def most_memory() -> int:
    """Return the most bytes that this process ever held.

    Not getrusage: what it says of a child begins with its parent's size.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def say(text: str) -> None:
    """Tell whoever reads."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    work(Order(**json.loads(sys.argv[1])))
