"""Measure what it costs to send digests, and what it costs others.

``python -m tests.bench.mail --messages 1000 --peers all --json OUT`` sends the same digests with
ours, with Django and with nodemailer into the same sink, in turn, and prints the least CPU time of
a message in the process that sends it. Then it hands over ``--due`` digests that are due at once.
"""

import argparse
import json
import os
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from importlib.metadata import version
from pathlib import Path
from time import process_time
from typing import Any

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlmodel import Session, select
from tests.bench.mail import contenders
from tests.bench.mail.contenders import Task
from tests.bench.mail.due import WORKERS, Order, Outcome, bench_settings, hand_over, say
from tests.bench.mail.rows import NOW, Mode, fill
from tests.bench.mail.sink import Sink, running_sink
from tests.bench.peers.server import running_server
from tests.mail.naive import folded, naive_message, parsed, parts_of

from tidings.config import Settings
from tidings.db.engine import make_engine
from tidings.delivery.models import Delivery
from tidings.flows.write_letter import open_desk
from tidings.flows.write_mail import Recipient, Withheld, recipient_of, write_mail
from tidings.rendering.message import Envelope, Origin

MODES: tuple[Mode, ...] = ("shared", "unique")
DUE_MODES = MODES
SAMPLES = 5
STYLE = re.compile(r' style="[^"]*"')
BODIES = 200
"""Messages that nodemailer is given, over and over."""


@dataclass
class Run:
    """What is measured with what, and what came of it: µs of CPU a message, by contender."""

    messages: int
    sink: Sink
    folder: Path
    keys: Path
    peers: bool
    costs: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    sent: int = 0

    def settings(self, *, signs: bool = False) -> Settings:
        """Return the settings of a contender."""
        return bench_settings(data_dir=self.folder, dkim_key_file=self.keys if signs else None)

    def note(self, name: str, cost: float, messages: int) -> None:
        """Keep what a round came to."""
        self.costs.setdefault(name, []).append(cost)
        self.sent += messages


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(prog="tests.bench.mail", description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000, metavar="N", help="a round")
    parser.add_argument("--peers", choices=("all", "django", "none"), default="all")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--due", type=int, default=10_000, help="digests due at once; 0 for none")
    parser.add_argument("--postgresql", action="store_true", help="those on PostgreSQL, too")
    parser.add_argument("--json", type=Path, metavar="OUT", help="also write everything there")
    asked = parser.parse_args()
    said = run(asked)
    if asked.json:
        asked.json.write_text(json.dumps(said, indent=2, default=str), encoding="utf-8")


def run(asked: argparse.Namespace) -> dict[str, Any]:
    """Measure, and say what came of it."""
    with ExitStack() as stack:
        folder = stack.enter_context(_folder())
        sink = stack.enter_context(running_sink())
        machine = _machine(sink)
        say(", ".join(f"{name} {value}" for name, value in machine.items()))
        costs = _measure(asked, sink, folder)
        due = list(_due(asked, sink, folder, stack)) if asked.due else []
    return {"asked": vars(asked), "machine": machine, "costs": costs, "due": due}


@contextmanager
def _folder() -> Generator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="tidings-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measure(asked: argparse.Namespace, sink: Sink, folder: Path) -> dict[str, list[float]]:
    keys = folder / "key.pem"
    keys.write_bytes(_new_key())
    measured = Run(asked.messages, sink, folder, keys, asked.peers != "none")
    tasks: dict[Mode, list[Task]] = {
        mode: tasks_of(folder, mode, asked.messages + 1) for mode in MODES
    }
    for mode in MODES:
        check(tasks[mode][:SAMPLES], measured.settings())
    size = len(write_mail(*_parts(tasks["unique"][0]), measured.settings()).data)
    say(f"workload D20: {asked.messages:,} messages of {size / 1000:.1f} kB a round")
    rounds = list(_contenders(asked, measured, tasks))
    before = sink.count()
    for _ in range(asked.rounds):
        for name, contender, messages in rounds:
            measured.note(name, contender(), messages)
    if sink.count() - before != measured.sent:
        sys.exit(f"VOID: {measured.sent:,} sent, {sink.count() - before:,} in the sink")
    for line in lines(measured.costs):
        say(line)
    say(_signing(tasks["shared"][0], measured, keys.read_bytes()))
    return measured.costs


def _contenders(
    asked: argparse.Namespace, measured: Run, tasks: Mapping[Mode, Sequence[Task]]
) -> Iterator[tuple[str, Callable[[], float], int]]:
    port, count = measured.sink.port, measured.messages
    for mode in MODES:
        for signs in (False, True):
            name = f"ours, {mode}{', DKIM' if signs else ''}"
            settings = measured.settings(signs=signs)
            yield name, partial(contenders.ours, tasks[mode], settings, port), count + 1
    if asked.peers == "none":
        return
    few = tasks["shared"][: max(2, count // 5) + 1]
    django = partial(contenders.with_django, few, measured.settings(), port)
    yield f"Django {version('django')} + css-inline {version('css-inline')}", django, len(few)
    if asked.peers == "all":
        bodies = measured.folder / "bodies.json"
        contenders.write_bodies(tasks["shared"][:BODIES], measured.settings(), bodies)
        number = contenders.install_nodemailer(measured.folder)
        send = partial(contenders.with_nodemailer, measured.folder, bodies, count, port)
        extra = 2 * contenders.POOL
        yield f"nodemailer {number}, pool of {contenders.POOL}, send only", send, count + extra


def tasks_of(folder: Path, mode: Mode, readers: int) -> list[Task]:
    """Return the digests of so many readers, written from rows as the product does it."""
    settings = bench_settings(data_dir=folder)
    engine = make_engine(f"sqlite:///{folder / mode}.db")
    fill(engine, settings, readers, mode)
    with Session(engine) as session:
        deliveries = session.exec(select(Delivery)).all()
        tasks: list[Task] = []
        for start in range(0, readers, 100):
            some = deliveries[start : start + 100]
            desk = open_desk(session, some, settings)
            for delivery in some:
                recipient = recipient_of(session, delivery, settings, now=NOW)
                if isinstance(recipient, Withheld):
                    sys.exit(f"VOID: {recipient.reason}")
                tasks.append(Task(delivery, desk.letter(delivery), recipient))
            session.expunge_all()
    engine.dispose()
    return tasks


def check(tasks: Sequence[Task], settings: Settings) -> None:
    """End the run unless what we send is what the standard library would send."""
    templates = contenders.naive_templates()
    for task in tasks:
        ours = parsed(write_mail(*_parts(task), settings).data)
        rendered = contenders.rendered_for(task, templates, settings)
        origin = Origin(settings.mail_name, settings.mail_from)
        id_ = task.delivery.message_id
        envelope = Envelope(task.recipient.address, id_, "digest", NOW)
        naive = parts_of(naive_message(rendered, envelope, origin))
        text, html = (parts_of(ours)[kind] for kind in ("text/plain", "text/html"))
        same = folded(text) == folded(naive["text/plain"])
        same = same and _bare(html) == _bare(naive["text/html"])
        if not same or any(part.defects for part in ours.walk()):
            sys.exit(f"VOID: {id_} is not what the standard library makes of it")


def _bare(html: str) -> str:
    """Return HTML without its inline style, which the naive templates do not have."""
    return folded(STYLE.sub("", html))


def _parts(task: Task) -> tuple[Delivery, Any, Recipient]:
    return task.delivery, task.letter, task.recipient


def lines(costs: Mapping[str, Sequence[float]]) -> Iterator[str]:
    """Return a line for each contender, with how many times our best its cost is."""
    base = min(costs["ours, shared"])
    for name, rounds in costs.items():
        least = min(rounds)
        said = ", ".join(f"{one:,.0f}" for one in rounds)
        yield (
            f"{name:<45} {least:8,.0f} µs {1e6 / least:8,.0f} messages a CPU second "
            f"{least / base:6.1f} x ours, shared   ({said})"
        )


def _signing(task: Task, measured: Run, pem: bytes) -> str:
    bare = write_mail(*_parts(task), measured.settings()).data
    ours = _times(lambda: write_mail(*_parts(task), measured.settings(signs=True)), 100)
    without = _times(lambda: write_mail(*_parts(task), measured.settings()), 100)
    peer: Any = dkim
    theirs = _times(lambda: peer.sign(bare, b"tidings", b"example.org", pem), 10)
    return f"DKIM: {ours - without:,.0f} µs a message with ours, {theirs:,.0f} with dkimpy"


def _times(act: Callable[[], object], number: int) -> float:
    best = float("inf")
    for _ in range(3):
        start = process_time()
        for _ in range(number):
            act()
        best = min(best, (process_time() - start) / number * 1e6)
    return best


def _due(
    asked: argparse.Namespace, sink: Sink, folder: Path, stack: ExitStack
) -> Iterator[dict[str, Any]]:
    urls: dict[tuple[Mode, str], str] = {
        (mode, "SQLite"): f"sqlite:///{folder / mode}-due.db" for mode in DUE_MODES
    }
    if asked.postgresql:
        urls["unique", "PostgreSQL"] = stack.enter_context(running_server())
    for (mode, kind), url in urls.items():
        settings = bench_settings(data_dir=folder, database_url=url)
        engine = make_engine(url)
        fill(engine, settings, asked.due, mode)
        engine.dispose()
        before = sink.count()
        order = partial(Order, str(folder), url, sink.port, asked.due)
        outcome = hand_over([order(place) for place in range(WORKERS)])
        if not sink.count() - before == outcome.sent == asked.due:
            sys.exit(
                f"VOID: {asked.due:,} due, {outcome.sent:,} sent, {sink.count() - before:,} in"
            )
        say(_told(f"{mode}, {kind}", outcome))
        yield {"mode": mode, "database": kind, **asdict(outcome)}


def _told(name: str, outcome: Outcome) -> str:
    workers = ", ".join(f"{cpu:.1f} CPU s and {size / 1e6:.0f} MB" for cpu, size in outcome.workers)
    return (
        f"{outcome.sent:,} digests due at once ({name}): {outcome.seconds:.1f} s; rows written: "
        f"{outcome.sent:,} deliveries, {outcome.events:,} events, {outcome.told:,} notices; "
        f"workers: {workers}"
    )


def _machine(sink: Sink) -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "load average": " ".join(f"{load:.1f}" for load in os.getloadavg()),
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        "sink": sink.name,
    } | {name: version(name) for name in ("jinja2", "cryptography", "sqlalchemy")}


def _new_key() -> bytes:
    return rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


if __name__ == "__main__":
    main()
