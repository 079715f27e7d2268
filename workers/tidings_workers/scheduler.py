"""The scheduler process: APScheduler wakes, the timetable and its ticks decide.

Any number may run: a lease says who rings, and a tick, unique by entry and slot, is rung once.
"""

from datetime import UTC, datetime, timedelta
from time import monotonic, sleep
from typing import Any

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from tidings.clock import Clock, machine_now
from tidings.db.session import commit
from tidings.db.time import database_now
from tidings.jobs import Job, Queue
from tidings.logs import configure_logs
from tidings.upkeep.queries import forget_slots_after, ring_slot, take_lease
from tidings.upkeep.timetable import TIMETABLE, Entry
from tidings_workers import wiring

log = structlog.get_logger()

LEASE = "scheduler"
LEASE_TTL = timedelta(seconds=12)  # twice the time between two looks of the most frequent entry
PAST_THE_EDGE = timedelta(milliseconds=100)  # so that rounding never finds the slot before
SKEW = timedelta(minutes=5)
"""How far the calendars of two hosts may be apart. A slot further ahead was rung by a clock that
has been set right since."""
STEP = timedelta(seconds=1)
"""A wall clock that moved so far against the monotonic one was set."""
WATCH_SECONDS = 1.0


def ring_entry(entry: Entry, clock: Clock) -> bool:
    """Ring the entry's job unless its current slot was rung; return whether it was rung now.

    Safe to call at any time and from any number of processes. A bell that is lost after its tick
    was written is found by recover.
    """
    with wiring.session() as session:
        is_leader = take_lease(session, LEASE, wiring.owner(), ttl=LEASE_TTL)
        is_due = is_leader and _note_slot(session, entry, clock)
        commit(session, "slot.rung")
    if is_due:
        queue = Queue(str(entry.arguments[0])) if entry.job is Job.QUEUE_HEARTBEAT else None
        wiring.ring(entry.job, *entry.arguments, queue=queue)
    return is_due


def _note_slot(session: Session, entry: Entry, clock: Clock) -> bool:
    """Note the slot that it is now; False when it was noted before.

    The time is asked for here, where the lease's row is locked: nobody rings a later slot between.
    """
    if entry.calendar:
        now = clock.now()
        forget_slots_after(session, entry.name, now + SKEW * clock.speed)
    else:
        now = database_now(session)
        forget_slots_after(session, entry.name, now)
    return ring_slot(session, entry.name, entry.slot(now))


def next_look(entry: Entry, clock: Clock, database: datetime) -> datetime:
    """Return when, by the wall clock, the entry's next slot begins; ``database`` is its time."""
    if entry.calendar:
        now = clock.now()
        wait = (entry.next_slot(now) - now) / clock.speed
    else:
        wait = entry.next_slot(database) - database
    return machine_now() + wait + PAST_THE_EDGE


def _look(entry: Entry, clock: Clock) -> None:
    try:
        ring_entry(entry, clock)
    except OperationalError as error:  # the database is away: the next look asks again
        log.warning("tick.failed", entry=entry.name, reason=str(error.orig))


def _time_jobs(scheduler: Any, clock: Clock) -> bool:
    """Look at every entry, then let APScheduler wake at its slots; False without a database.

    What an outage, or a clock that was set, jumped over is caught up once.
    """
    try:
        with wiring.session() as session:
            database = database_now(session)
    except OperationalError as error:
        log.warning("database.away", reason=str(error.orig))
        return False
    for entry in TIMETABLE:
        _look(entry, clock)
        scheduler.add_job(
            _look,
            IntervalTrigger(
                seconds=entry.machine_period(clock.speed).total_seconds(),  # pyright: ignore[reportArgumentType] - takes fractions
                start_date=next_look(entry, clock, database),
                timezone=UTC,
            ),
            args=(entry, clock),
            id=entry.name,
            replace_existing=True,
        )
    return True


def _watch(scheduler: Any, clock: Clock) -> None:
    """Time the jobs, and again whenever the wall clock is set.

    APScheduler reckons by the wall clock: set back by a day, it would sleep for that day.
    """
    timed_at: timedelta | None = None
    while True:
        apart = machine_now() - datetime.fromtimestamp(monotonic(), UTC)
        if timed_at is None or abs(apart - timed_at) > STEP:
            if timed_at is not None:
                log.warning("clock.stepped", seconds=(apart - timed_at).total_seconds())
            timed_at = apart if _time_jobs(scheduler, clock) else None
        sleep(WATCH_SECONDS)


def run() -> None:
    """Ring what the timetable says until the process is ended."""
    configure_logs(wiring.settings())
    clock = wiring.settings().clock
    scheduler: Any = BackgroundScheduler(
        timezone=UTC,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    scheduler.start()
    log.info("scheduler.started", entries=len(TIMETABLE), speed=clock.speed)
    _watch(scheduler, clock)


if __name__ == "__main__":
    run()
