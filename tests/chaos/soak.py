"""Lets everything run while things are killed at random, and counts what was lost.

    python -m tests.chaos.soak --minutes 10

Real processes: two Celery workers, two schedulers, the site and a broker, on PostgreSQL or SQLite,
with a RePORTER that moves on every few seconds, readers who are told at once or by digest, and
readers who sign up at the site, confirm and leave. Every few seconds something is killed by
SIGKILL, stopped and let go, wiped, or has its clock set. At last all must be at rest, and every
mail must have arrived: judged from what the mail server noted and from the rows.
"""

import argparse
import os
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from subprocess import Popen
from time import monotonic, sleep
from typing import Any

from rich.console import Console
from sqlalchemy.exc import OperationalError
from tests.chaos import soak_checker, world
from tests.chaos.faults import Ground, faults
from tests.chaos.fleet import Clocks, Fleet, start_fleet
from tests.chaos.history import History
from tests.chaos.stores import fast_folder, postgresql_server
from tests.chaos.traffic import Traffic

from tidings.config import Settings
from tidings.db.engine import make_engine
from tidings.sandbox.running import Options, Sandbox, running_sandbox
from tidings.sandbox.serve import free_port

LEASE = 10.0
CROWD = 12
MAILBOX_SECONDS = "0.03"
"""Many mails, and a mail server that thinks: faults meet batches that are under way."""

BETWEEN_FAULTS = (1.0, 4.0)
MAIL_COMES_WITHIN = 8.0
"""Seconds that a fault waits for mail to be under way."""

REST_WITHIN = 120.0
"""Seconds for the last of it; each fault is measured on its own, against the lease."""

ALLOWED = LEASE + 10.0


@dataclass
class Tally:
    """What happened, and how long it took each time until the oldest alert was sent."""

    faults: Counter[str] = field(default_factory=Counter[str])
    recoveries: list[float] = field(default_factory=list[float])
    wrong: list[str] = field(default_factory=list[str])


@contextmanager
def open_database(kind: str, folder: Path) -> Generator[tuple[str, Callable[[], None] | None]]:
    """Give the address of a database, and what shuts it down and starts it again."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'tidings.db'}", None
        return
    with postgresql_server() as server:

        def restart() -> None:
            os.kill(server.get_pid(), signal.SIGQUIT)  # at once, without a goodbye
            sleep(1)
            server.ensure_postgres_running()

        yield server.get_uri(), restart


def soak(kind: str, *, minutes: float, seed: int) -> tuple[Tally, str]:
    """Run one soak; return what happened, and the line of totals."""
    tally = Tally()
    folder = fast_folder("soak")
    history = History(folder / "history")
    with (
        running_sandbox(Options(corpus=world.CORPUS)) as sandbox,
        open_database(kind, folder) as (url, restart),
    ):
        sandbox.hold_week(world.FIRST_WEEK)
        world.fill(url, sandbox.url, crowd=CROWD)
        smtp_port = free_port()
        command = [sys.executable, "-m", "tests.chaos.mailbox", str(smtp_port), str(history.path)]
        slow = {**os.environ, "MAILBOX_SECONDS": MAILBOX_SECONDS}
        mailbox = Popen(command, env=slow)  # noqa: S603 - our own
        env = _environment(folder, url, sandbox, smtp_port)
        clocks = Clocks(folder)
        fleet = Fleet(folder)
        engine = make_engine(url)
        try:
            start_fleet(fleet, env, _settings(env), clocks)
            chance = Random(seed)  # noqa: S311 - chance, no secret
            ground = Ground(fleet, clocks, LEASE, chance, restart)
            traffic = Traffic(engine, sandbox, history, _settings(env), fleet, clocks)
            _run(ground, traffic, tally, minutes=minutes)
            tally.wrong += soak_checker.check(engine, history, sandbox, traffic)
            totals = soak_checker.totals(
                kind, engine, history, tally.faults, tally.recoveries, tally.wrong
            )
        finally:
            fleet.end()
            mailbox.terminate()
            mailbox.wait()
            engine.dispose()
            if not tally.wrong:
                shutil.rmtree(folder, ignore_errors=True)
    return tally, totals


def _environment(folder: Path, url: str, sandbox: Sandbox, smtp_port: int) -> dict[str, str]:
    env = world.trial_settings(
        data_dir=folder / "data", database_url=url, reporter_url=sandbox.url, smtp_port=smtp_port
    )
    port = str(free_port())
    own = {"TIDINGS_DELIVERY_LEASE": str(LEASE), "TIDINGS_PORT": port, "TIDINGS_LOG_LEVEL": "info"}
    return env | own


def _settings(env: dict[str, str]) -> Settings:
    plain: dict[str, Any] = {
        name.removeprefix("TIDINGS_").lower(): text for name, text in env.items()
    }
    return Settings(**plain)


def _run(ground: Ground, traffic: Traffic, tally: Tally, *, minutes: float) -> None:
    some = faults(database=ground.stop_database is not None, clocks=ground.clocks.can_step)
    end = monotonic() + minutes * 60
    while monotonic() < end:
        _go_on(traffic, ground, ground.chance.uniform(*BETWEEN_FAULTS))
        _go_on_until_mail_is_due(traffic, ground)
        name = ground.chance.choice(sorted(some))
        some[name](ground)
        tally.faults[name] += 1
        ground.fleet.watch()
        ground.fleet.wait_until_it_answers()
        _measure(traffic, ground, tally, name)
    ground.clocks.step_to(0)
    began = monotonic()
    while left := traffic.left():
        traffic.finish()
        ground.fleet.watch()
        if monotonic() - began > REST_WITHIN:
            tally.wrong.append(f"not at rest after {REST_WITHIN:.0f} s: {left}")
            return
        sleep(0.2)


def _go_on(traffic: Traffic, ground: Ground, seconds: float) -> None:
    end = monotonic() + seconds
    while monotonic() < end:
        with suppress(OperationalError):
            traffic.go_on()
        ground.fleet.watch()
        sleep(0.1)


def _go_on_until_mail_is_due(traffic: Traffic, ground: Ground) -> None:
    end = monotonic() + MAIL_COMES_WITHIN
    while not traffic.due_deliveries() and monotonic() < end:
        _go_on(traffic, ground, 0.05)
    sleep(ground.chance.uniform(0.0, 1.0))


def _measure(traffic: Traffic, ground: Ground, tally: Tally, name: str) -> None:
    """Measure how long it takes until what is due now is sent, now that everything answers."""
    began = monotonic()
    due = traffic.due_deliveries()
    while traffic.still_due(due):
        with suppress(OperationalError):
            traffic.go_on()
        ground.fleet.watch()
        if monotonic() - began > ALLOWED:
            tally.wrong.append(f"after {name}: alerts still wait after {ALLOWED:.0f} s")
            break
        sleep(0.1)
    tally.recoveries.append(monotonic() - began)


def main() -> None:
    """Run the soak; the exit code says whether anything was violated."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--kind", choices=("postgresql", "sqlite"), default="postgresql")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    console = Console()
    tally, totals = soak(asked.kind, minutes=asked.minutes, seed=asked.seed)
    for name, count in sorted(tally.faults.items()):
        console.print(f"{count:4} x {name}", highlight=False)
    for what in tally.wrong:
        console.print(f"VIOLATION {what}", highlight=False, style="red")
    console.print(totals, highlight=False, soft_wrap=True)
    sys.exit(bool(tally.wrong))


if __name__ == "__main__":
    main()
