"""The real scheduler as a process, with a timetable of seconds and a wall clock that can be set.

``python -m tests.chaos.scheduler_process FOLDER``: rung bells are lines of ``bells`` in the folder,
``wrong`` there says by how many seconds the wall clock is wrong.
"""

import os
import sys
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import apscheduler.executors.base
import apscheduler.schedulers.base
import apscheduler.triggers.interval

import tidings.clock
from tidings.jobs import Job, JobArgument, Queue
from tidings.upkeep.timetable import Entry
from tidings_workers import scheduler, wiring

BELLS, WRONG = "bells", "wrong"
SECOND = timedelta(seconds=1)
TIMETABLE = (
    Entry(Job.DIGESTS_START, SECOND),
    Entry(Job.ROWS_PRUNE, 2 * SECOND),
    Entry(Job.ROWS_RECOVER, SECOND, calendar=False),
)
TTL = 3 * SECOND


def main(folder: Path) -> None:
    """Run it."""
    set_clock(folder / WRONG)
    scheduler.TIMETABLE, scheduler.LEASE_TTL, scheduler.WATCH_SECONDS = TIMETABLE, TTL, 0.2

    def ring(job: Job, *_arguments: JobArgument, queue: Queue | None = None) -> None:
        del queue
        with (folder / BELLS).open("a") as bells:
            bells.write(f"{os.getpid()} {job}\n")

    wiring.ring = ring
    scheduler.run()


def set_clock(wrong: Path) -> None:
    """Replace every clock that reads the wall's time; none that counts what has passed."""
    real = datetime

    class SetClock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override] # pyright: ignore[reportIncompatibleMethodOverride] - no subclass is made
            seconds = float(wrong.read_text() or 0) if wrong.exists() else 0.0
            return real.now(tz) + timedelta(seconds=seconds)

    modules = (
        tidings.clock,
        apscheduler.schedulers.base,
        apscheduler.executors.base,
        apscheduler.triggers.interval,
    )
    for module in modules:
        module.__dict__["datetime"] = SetClock


if __name__ == "__main__":
    main(Path(sys.argv[1]))
