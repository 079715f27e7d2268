"""The scheduler process: APScheduler wakes, the timetable and its ticks decide.

Any number may run: a lease says who rings, and a tick, unique by entry and slot, is rung once.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.exc import OperationalError

from tidings.clock import Clock, machine_now
from tidings.db.session import commit
from tidings.jobs import Job, Queue
from tidings.logs import configure_logs
from tidings.upkeep.queries import ring_slot, take_lease
from tidings.upkeep.timetable import TIMETABLE, Entry
from tidings_workers import wiring

log = structlog.get_logger()

LEASE = "scheduler"
LEASE_TTL = timedelta(seconds=45)  # longer than the time between two of the most frequent entries
PAST_THE_EDGE = timedelta(milliseconds=100)  # so that rounding never finds the slot before


def ring_entry(entry: Entry, clock: Clock) -> bool:
    """Ring the entry's job unless its current slot was rung; return whether it was rung now.

    Safe to call at any time and from any number of processes. A bell that is lost after its tick
    was written is found by recover.
    """
    slot = entry.slot(clock.now() if entry.calendar else machine_now())
    with wiring.session() as session:
        is_leader = take_lease(session, LEASE, wiring.owner(), ttl=LEASE_TTL)
        is_due = is_leader and ring_slot(session, entry.name, slot)
        commit(session, "slot.rung")
    if is_due:
        queue = Queue(str(entry.arguments[0])) if entry.job is Job.QUEUE_HEARTBEAT else None
        wiring.ring(entry.job, *entry.arguments, queue=queue)
    return is_due


def next_look(entry: Entry, clock: Clock) -> datetime:
    """Return when, by machine time, the entry's next slot begins."""
    if not entry.calendar:
        return entry.next_slot(machine_now()) + PAST_THE_EDGE
    wait = (entry.next_slot(clock.now()) - clock.now()) / clock.speed
    return machine_now() + wait + PAST_THE_EDGE


def _look(entry: Entry, clock: Clock) -> None:
    try:
        ring_entry(entry, clock)
    except OperationalError as error:  # the database is away: the next look asks again
        log.warning("tick.failed", entry=entry.name, reason=str(error.orig))


def run() -> None:
    """Ring what the timetable says until the process is ended."""
    configure_logs(wiring.settings())
    clock = wiring.settings().clock
    scheduler: Any = BlockingScheduler(
        timezone=UTC,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for entry in TIMETABLE:
        _look(entry, clock)  # what an outage missed is caught up once
        scheduler.add_job(
            _look,
            IntervalTrigger(
                seconds=entry.machine_period(clock.speed).total_seconds(),  # pyright: ignore[reportArgumentType] - takes fractions
                start_date=next_look(entry, clock),
                timezone=UTC,
            ),
            args=(entry, clock),
            id=entry.name,
        )
    log.info("scheduler.started", entries=len(TIMETABLE), speed=clock.speed)
    scheduler.start()


if __name__ == "__main__":
    run()
