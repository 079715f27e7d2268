"""What is rung when: the whole timetable (pure)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tidings.jobs import Job, JobArgument, Queue

MONDAY = datetime(2024, 1, 1, tzinfo=UTC)
"""The Monday, at midnight, that slots are counted from."""


@dataclass(frozen=True)
class Entry:
    """A job that is rung once in every slot of length ``every``, counted from ``offset``.

    A calendar entry lives by calendar time, which a demo lets run fast; the others by the
    database's, which no clock that is set can move.
    """

    job: Job
    every: timedelta
    offset: timedelta = timedelta()
    arguments: tuple[JobArgument, ...] = ()
    calendar: bool = True

    @property
    def name(self) -> str:
        """What the entry's ticks are kept under: the job, and what it is rung with."""
        return " ".join([self.job, *map(str, self.arguments)])

    def slot(self, now: datetime) -> datetime:
        """Return the start of the slot that ``now`` lies in."""
        origin = MONDAY + self.offset
        return origin + (now - origin) // self.every * self.every

    def next_slot(self, now: datetime) -> datetime:
        """Return the start of the slot after the one that ``now`` lies in."""
        return self.slot(now) + self.every

    def machine_period(self, speed: float) -> timedelta:
        """Return how often to look whether a new slot has begun: its length, at least 1 s."""
        period = self.every / speed if self.calendar else self.every
        return max(period, timedelta(seconds=1))


HEARTBEAT_EVERY = timedelta(seconds=30)

THOROUGH = "thorough"
"""What recover is rung with to look at schedules too."""

TIMETABLE = (
    # RePORTER publishes late on Sunday, US Eastern time: by 05:00 UTC on Monday it is done.
    Entry(Job.SWEEP_START, timedelta(weeks=1), timedelta(hours=5), ("weekly",)),
    # Loads off that schedule happen; a small probe finds them within the day.
    Entry(Job.SWEEP_START, timedelta(days=1), timedelta(hours=11), ("probe",)),
    # An hour after the probe: RePORTER gives papers apart from records.
    Entry(Job.PAPERS_READ, timedelta(days=1), timedelta(hours=12)),
    # In mid-week, when RePORTER rests: what the weekly sweep missed, asked for another way.
    Entry(Job.SWEEP_START, timedelta(weeks=1), timedelta(days=2, hours=5), ("reconcile",)),
    Entry(Job.CANARY_RUN, timedelta(days=1), timedelta(hours=13)),
    Entry(Job.MATCHES_AUDIT, timedelta(days=1), timedelta(hours=15)),
    # Rung after each sweep as well; here for a bell that was lost.
    Entry(Job.PAGES_CHECK, timedelta(hours=1)),
    Entry(Job.DIGESTS_START, timedelta(minutes=1)),
    Entry(Job.MAILBOX_READ, timedelta(minutes=5), calendar=False),
    Entry(Job.ROWS_PRUNE, timedelta(days=1), timedelta(hours=4)),
    Entry(Job.ROWS_RECOVER, timedelta(seconds=5), calendar=False),
    # It reads every follow and every schedule: two seconds of a million readers.
    Entry(Job.ROWS_RECOVER, timedelta(minutes=10), arguments=(THOROUGH,), calendar=False),
    *(
        Entry(Job.QUEUE_HEARTBEAT, HEARTBEAT_EVERY, arguments=(queue.value,), calendar=False)
        for queue in Queue
    ),
)
