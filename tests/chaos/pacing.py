"""Eight processes together keep the pace, as the other side sees it.

``python -m tests.chaos.pacing`` lets them ask a sandbox without pause for a minute. The sandbox
notes when each request arrives, and twice tells one of them to wait: in seconds, and with a date.
Ends with an error if two requests ever came closer than the interval, or any came too early.
"""

import argparse
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import monotonic, sleep

from tidings.config import Settings
from tidings.db.engine import make_engine
from tidings.errors import RetryableError
from tidings.reporter.criteria import Criteria
from tidings.sandbox.faults import Mode
from tidings.sandbox.running import Options, Sandbox, running_sandbox
from tidings.sandbox.visits import Visit
from tidings.tables import metadata
from tidings.wiring import open_reporter

PROCESSES = 8
INTERVAL = 1.2


@dataclass(frozen=True)
class Findings:
    """What the sandbox saw: requests, the least time between two, and how the quiet was kept."""

    requests: int
    refused: int
    closest: float
    early: float
    """Seconds by which a request came before the end of a quiet; none if it is not positive."""

    def __str__(self) -> str:
        """Say it in one line."""
        kept = "kept" if self.early <= 0 else f"broken by {self.early:.3f} s"
        return (
            f"{self.requests} requests of {PROCESSES} processes, the closest two "
            f"{self.closest:.3f} s apart; {self.refused} times told to wait: {kept}"
        )


def ask(url: str, database: str, interval: float, seconds: float) -> None:
    """Be one process: ask without pause until the time is up."""
    settings = Settings(reporter_url=url, database_url=database, reporter_interval=interval)
    engine = make_engine(database)
    deadline = monotonic() + seconds
    with open_reporter(settings, engine) as client:
        while monotonic() < deadline:
            try:
                client.count_projects(Criteria())
            except RetryableError as error:
                sleep(min(error.after or timedelta(0), timedelta(seconds=1)).total_seconds())


@contextmanager
def asking(sandbox: Sandbox, database: str, interval: float, seconds: float) -> Generator[None]:
    """Let all processes ask, and wait for their end."""
    spawn = get_context("spawn")
    processes: list[BaseProcess] = [
        spawn.Process(target=ask, args=(sandbox.url, database, interval, seconds))
        for _ in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    try:
        yield
    finally:
        for process in processes:
            process.join()
    if failed := [process.exitcode for process in processes if process.exitcode]:
        raise AssertionError(f"processes ended with {failed}")


def watch(database: str, *, interval: float, seconds: float, quiet: int) -> Findings:
    """Return what the sandbox saw of ``seconds`` of asking with two quiet spells in it."""
    with running_sandbox(Options(corpus=20)) as sandbox:
        with asking(sandbox, database, interval, seconds):
            until_asked(sandbox, 4)
            sandbox.fail(Mode.RATE_LIMIT, times=1, retry_after=str(quiet))
            until_asked(sandbox, len(sandbox.visits()) + 4)
            ends_at = datetime.now(UTC) + timedelta(seconds=quiet + 2 * interval)
            header = format_datetime(ends_at, usegmt=True)
            sandbox.fail(Mode.RATE_LIMIT, times=1, retry_after=header)
            dated = monotonic() + (whole_second(ends_at) - datetime.now(UTC)).total_seconds()
        return judge(sandbox.visits(), quiet=quiet, dated=dated)


def whole_second(moment: datetime) -> datetime:
    """Return what is left of a moment in a header."""
    return moment.replace(microsecond=0)


def until_asked(sandbox: Sandbox, times: int) -> None:
    deadline = monotonic() + 60
    while len(sandbox.visits()) < times and monotonic() < deadline:
        sleep(0.05)


def judge(visits: list[Visit], *, quiet: int, dated: float) -> Findings:
    """Compare arrivals with what the interval and the two quiet spells allow (pure)."""
    arrivals = [visit.at for visit in visits]
    gaps = [after - before for before, after in pairwise(arrivals)]
    refused = [index for index, visit in enumerate(visits) if visit.status == 429]
    early = [
        end - arrivals[index + 1]
        for index, end in zip(refused, ends(arrivals, refused, quiet, dated), strict=True)
        if index + 1 < len(arrivals)
    ]
    return Findings(len(visits), len(early), min(gaps, default=0.0), max(early, default=0.0))


def ends(arrivals: list[float], refused: list[int], quiet: int, dated: float) -> list[float]:
    """Return when each quiet ends: the first counts in seconds, the second has a date."""
    return [arrivals[index] + quiet for index in refused[:1]] + [dated for _ in refused[1:2]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--interval", type=float, default=INTERVAL)
    parser.add_argument(
        "--database", default="", help="postgresql://...; an SQLite file unless set"
    )
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tidings-pacing-") as folder:
        database = asked.database or f"sqlite:///{Path(folder) / 'tidings.db'}"
        metadata.create_all(make_engine(database))
        found = watch(database, interval=asked.interval, seconds=asked.seconds, quiet=5)
    sys.stdout.write(f"{found}\n")
    is_good = found.closest >= asked.interval and found.early <= 0 and found.refused == 2
    sys.exit(0 if is_good else 1)


if __name__ == "__main__":
    main()
