"""Many processes write one SQLite file: nobody is refused, and no update is lost.

``python -m tests.chaos.sqlite_writers --processes 8 --seconds 60``. A transaction reads a counter,
writes it back one higher and inserts a row of 1.5 kB, by the engine and sessions of the product.
Then the same for a few seconds with a plain BEGIN, which takes the write lock only when it writes.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path
from random import Random
from time import monotonic

from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, func, select

from tidings.clock import machine_now
from tidings.db.engine import make_engine
from tidings.db.session import open_reader, open_session
from tidings.tables import metadata
from tidings.upkeep.models import AuditEntry, Tally

COUNTERS = 20
FILLER = "x" * 1500
PLAIN_SECONDS = 4.0


@dataclass
class Tried:
    """What came of the transactions of one process: seconds that each waited for its turn."""

    waits: list[float] = field(default_factory=list[float])
    refused: int = 0


@dataclass(frozen=True)
class Total:
    """What came of all of them."""

    done: int
    refused: int
    lost: int
    waits: list[float]
    seconds: float
    is_sound: bool

    def __str__(self) -> str:
        """Say it in one line."""
        waits = sorted(self.waits) or [0.0]
        half, most = waits[len(waits) // 2], waits[min(len(waits) - 1, len(waits) * 99 // 100)]
        return (
            f"{self.done} transactions, {self.done / self.seconds:.0f}/s, "
            f"{self.refused} refused, {self.lost} updates lost, "
            f"waits p50 {half * 1000:.1f} p99 {most * 1000:.0f} max {waits[-1] * 1000:.0f} ms, "
            f"file {'sound' if self.is_sound else 'DAMAGED'}"
        )


def write(url: str, number: int, seconds: float, *, plain: bool) -> Tried:
    """Be one process: write for so long."""
    engine, tried, random = make_engine(url), Tried(), Random(number)  # noqa: S311 - a test's
    opened = open_reader if plain else open_session  # a reader begins plainly
    end = monotonic() + seconds
    while monotonic() < end:
        began = monotonic()
        try:
            with opened(engine) as session:
                session.connection()  # begins
                waited = monotonic() - began
                _count_one(session, f"counter {random.randrange(COUNTERS)}", number)
                session.commit()
            tried.waits.append(waited)
        except OperationalError:
            tried.refused += 1
    engine.dispose()
    return tried


def _count_one(session: Session, name: str, number: int) -> None:
    counter = session.get_one(Tally, name)
    counter.count += 1
    session.add(
        AuditEntry(actor=str(number), action="count", object=FILLER + name, at=machine_now())
    )


def run(folder: Path, *, processes: int, seconds: float, plain: bool = False) -> Total:
    """Let so many processes write one file for so long, and look at what is in it."""
    url = f"sqlite:///{folder / ('plain.db' if plain else 'ours.db')}"
    engine = make_engine(url)
    metadata.create_all(engine)
    with open_session(engine) as session:
        session.add_all(Tally(name=f"counter {number}") for number in range(COUNTERS))
        session.commit()
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])  # imports once, not once a process
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        list(pool.map(abs, range(processes * 4)))  # all are there
        tried = list(
            pool.map(_write, repeat(url), range(processes), repeat(seconds), repeat(plain))
        )
    total = _look(engine.url.render_as_string(), tried, seconds)
    engine.dispose()
    return total


def _write(url: str, number: int, seconds: float, plain: bool) -> Tried:  # noqa: FBT001 - map gives places
    return write(url, number, seconds, plain=plain)


def _look(url: str, tried: Iterable[Tried], seconds: float) -> Total:
    engine = make_engine(url)
    with open_session(engine) as session:
        counted = session.exec(select(func.sum(col(Tally.count)))).one()
        entries = session.exec(select(func.count()).select_from(AuditEntry)).one()
        check = session.connection().execute(text("PRAGMA integrity_check")).scalar_one()
    engine.dispose()
    waits = [wait for one in tried for wait in one.waits]
    return Total(
        done=len(waits),
        refused=sum(one.refused for one in tried),
        lost=2 * len(waits) - counted - entries,
        waits=waits,
        seconds=seconds,
        is_sound=check == "ok",
    )


def main() -> int:
    """Print both totals; 1 when ours refused, lost or damaged anything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--folder", type=Path, help="on the disk to measure")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="tidings-writers-", dir=given.folder))
    try:
        ours = run(folder, processes=given.processes, seconds=given.seconds)
        print(f"sqlite_writers: {given.processes} processes, {ours}")  # noqa: T201 - the answer
        plain = run(folder, processes=given.processes, seconds=PLAIN_SECONDS, plain=True)
        print(f"with a plain BEGIN: {plain}")  # noqa: T201 - the answer
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return int(bool(ours.refused or ours.lost or not ours.is_sound or not ours.done))


if __name__ == "__main__":
    sys.exit(main())
