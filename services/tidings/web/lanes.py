"""What the operators' page shows: four lanes, each a sentence, then numbers, then rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from tidings.audits import sentences as audits
from tidings.audits.queries import latest_audits
from tidings.clock import Clock
from tidings.db.time import database_now
from tidings.delivery.models import Delivery, DeliveryState
from tidings.delivery.ops_queries import count_by_state, due_since, failures, last_trouble
from tidings.delivery.queries import CALLS
from tidings.delivery.standings import stopped_words
from tidings.jobs import Queue
from tidings.notices.backlog import alerts_waiting_since, digests_due_since, unmatched_since
from tidings.projects.models import Quarantine, Sweep, SweepState
from tidings.projects.ops_queries import (
    held_by_sweep,
    last_whole_sweep,
    quarantine_count,
    quarantined,
    recent_sweeps,
)
from tidings.projects.sweep_queries import running_sweep
from tidings.rendering.filters import plural
from tidings.upkeep.brakes import brake_of
from tidings.upkeep.models import Heartbeat
from tidings.upkeep.queries import heartbeats, last_ticks
from tidings.upkeep.timetable import HEARTBEAT_EVERY, TIMETABLE
from tidings.web.returns import Returns, read_returns
from tidings.web.site import Site

SILENT = 4 * HEARTBEAT_EVERY
"""A queue that nobody consumed from for so long has no worker."""

LATE = timedelta(minutes=2)
"""A row that waited so long is late, whatever it waits for."""


@dataclass(frozen=True)
class Sources:
    """What was read of RePORTER, and what is held or set aside."""

    sentence: str
    is_well: bool
    sweeps: Sequence[Sweep]
    held: Mapping[int, int]
    quarantined: Sequence[Quarantine]
    quarantine_count: int


@dataclass(frozen=True)
class QueueRow:
    """One queue: messages on it, since when its oldest row waits, who consumed from it last."""

    queue: Queue
    depth: int | None
    oldest: timedelta | None
    consumed_at: datetime | None
    silent_for: timedelta | None


@dataclass(frozen=True)
class Queues:
    """The queues, and the processes that consume from them."""

    sentence: str
    is_well: bool
    rows: Sequence[QueueRow]
    beats: Sequence[Heartbeat]


@dataclass(frozen=True)
class Slot:
    """One entry of the timetable: the slot rung last, and the next one."""

    name: str
    last: datetime | None
    rung_at: datetime | None
    following: datetime
    is_late: bool


@dataclass(frozen=True)
class Schedule:
    """What is rung when."""

    sentence: str
    is_well: bool
    slots: Sequence[Slot]


@dataclass(frozen=True)
class Deliveries:
    """The outbox."""

    sentence: str
    is_well: bool
    counts: Mapping[DeliveryState, int]
    failures: Sequence[Delivery]
    returns: Returns


@dataclass(frozen=True)
class Lanes:
    """All four, top to bottom."""

    sources: Sources
    queues: Queues
    schedule: Schedule
    delivery: Deliveries


def read_lanes(site: Site) -> Lanes:
    """Return the lanes as they stand now; the broker may be away."""
    depths = site.queue_depths() if site.queue_depths is not None else None
    with site.reading() as session:
        return Lanes(
            _sources(session),
            _queues(session, depths, site.settings.clock),
            _schedule(session, site.settings.clock),
            _delivery(session, site.settings.clock),
        )


def _sources(session: Session) -> Sources:
    sweeps, held = recent_sweeps(session), held_by_sweep(session)
    ended = last_whole_sweep(session)
    count = quarantine_count(session)
    running = running_sweep(session)
    trouble = running.trouble if running is not None else ""
    if running is not None and trouble:
        sentence = f"Sweep {running.id} waits: {trouble}."
    elif ended is None:
        sentence = "No sweep has ended yet."
    elif ended.state is not SweepState.COMPLETE:
        sentence = f"Sweep {ended.id} ended {ended.state}: {ended.note or 'it says not why'}."
    elif held:
        sentence = f"{plural(sum(held.values()), 'change')} held by the storm breaker."
    elif count:
        sentence = f"{plural(count, 'record')} in quarantine."
    else:
        read = plural(ended.examined, "record")
        sentence = f"Sweep {ended.id} examined {read} of {ended.total_last or 0:,}."
    is_complete = ended is not None and ended.state is SweepState.COMPLETE
    is_well = is_complete and not (trouble or held or count)
    if is_well and (found := audits.trouble(latest_audits(session))):
        sentence, is_well = found, False
    return Sources(sentence, is_well, sweeps, held, quarantined(session), count)


def _queues(session: Session, depths: Mapping[Queue, int] | None, clock: Clock) -> Queues:
    beats, machine = heartbeats(session), database_now(session)
    consumed = {beat.queue: beat.consumed_at for beat in reversed(beats)}
    waiting = _oldest(session, clock)
    rows = [
        QueueRow(
            queue=queue,
            depth=depths[queue] if depths else None,
            oldest=waiting.get(queue),
            consumed_at=consumed.get(queue),
            silent_for=machine - consumed[queue] if queue in consumed else None,
        )
        for queue in Queue
    ]
    silent = [row.queue for row in rows if row.silent_for is None or row.silent_for > SILENT]
    late = [row for row in rows if row.oldest is not None and row.oldest > LATE]
    if silent:
        sentence = f"Nobody consumes from {', '.join(silent)}. Is a worker running?"
    elif depths is None:
        sentence = "The broker cannot be asked. Rows wait, and nothing is lost."
    elif late:
        oldest = max(late, key=lambda row: row.oldest or LATE)
        minutes = (oldest.oldest or LATE) // timedelta(minutes=1)
        sentence = f"The oldest row of {oldest.queue} has waited {plural(minutes, 'minute')}."
    else:
        sentence = "Every queue is being consumed, and nothing is late."
    return Queues(sentence, not (silent or late or depths is None), rows, beats)


def _oldest(session: Session, clock: Clock) -> dict[Queue, timedelta]:
    """Return how long, by machine time, the oldest row behind each queue has waited."""
    now = clock.now()
    running = running_sweep(session)
    due = [alerts_waiting_since(session), digests_due_since(session, now=now)]
    since = {
        Queue.MAIL: due_since(session, now=now),
        Queue.CALLS: due_since(session, now=now, channels=CALLS),
        Queue.DIGESTS: min((moment for moment in due if moment is not None), default=None),
        Queue.MATCHING: unmatched_since(session),
        Queue.SWEEP: running.started_at if running is not None else None,
    }
    return {
        queue: max(now - moment, timedelta()) / clock.speed
        for queue, moment in since.items()
        if moment is not None
    }


def _schedule(session: Session, clock: Clock) -> Schedule:
    ticks, machine = last_ticks(session), database_now(session)
    slots: list[Slot] = []
    for entry in TIMETABLE:
        now = clock.now() if entry.calendar else machine
        tick = ticks.get(entry.name)
        behind = now - (tick.slot + entry.every) if tick is not None else LATE
        grace = LATE * clock.speed if entry.calendar else LATE
        slots.append(
            Slot(
                name=entry.name,
                last=tick.slot if tick is not None else None,
                rung_at=tick.rung_at if tick is not None else None,
                following=entry.next_slot(now),
                is_late=tick is None or behind > grace,
            )
        )
    late = [slot.name for slot in slots if slot.is_late]
    sentence = (
        f"Not rung when due: {', '.join(late)}. Is the scheduler running?"
        if late
        else "Everything was rung when it was due."
    )
    return Schedule(sentence, not late, slots)


def _delivery(session: Session, clock: Clock) -> Deliveries:
    counts, dead = count_by_state(session), failures(session)
    since = due_since(session, now=clock.now())
    late = (clock.now() - since) / clock.speed if since is not None else timedelta()
    trouble, stopped = last_trouble(session), stopped_words(brake_of(session))
    returns = read_returns(session, now=clock.now())
    if stopped:
        sentence = stopped
    elif late > LATE:
        minutes = plural(late // timedelta(minutes=1), "minute")
        sentence = f"Mail is {minutes} late: {trouble or 'it waits for a worker'}."
    elif returns.trouble:
        sentence = f"{returns.trouble}."
    elif trouble:
        sentence = f"Some mail is deferred: {trouble}."
    elif dead:
        sentence = f"{plural(counts[DeliveryState.FAILED], 'dead letter')} to look at."
    else:
        sentence = "Everything that was due is sent."
    is_well = not (stopped or late > LATE or returns.trouble or trouble or dead)
    return Deliveries(sentence, is_well, counts, dead, returns)
