"""Start the digests that are due."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from tidings.db.session import commit
from tidings.delivery.suppression_queries import rests
from tidings.failpoints import failpoint
from tidings.notices.digest_queries import add_runs
from tidings.notices.windows import latest_due, next_due
from tidings.subscribers.models import DigestSchedule
from tidings.subscribers.queries import schedules_due
from tidings.subscribers.zones import zone_or_utc

LIMIT = 5000


def start_digests(session: Session, *, now: datetime, limit: int = LIMIT) -> list[int]:
    """Make a run of each digest that is due and note when the next one is; return the new runs.

    At most ``limit`` a call, those that have waited longest first. However long nobody called, or
    the reader's address rested, a reader gets one run a cadence, and it covers all that time. Safe
    to call twice, also at the same time: the run and the next due time are one transaction, and a
    period has one run.
    """
    due = schedules_due(session, now=now, limit=limit, unless=rests(now))
    runs = [_start(schedule, time_zone, hour, now) for schedule, time_zone, hour in due]
    run_ids = add_runs(session, runs)
    failpoint("digests.added")
    commit(session, "digests.started")
    return run_ids


def _start(schedule: DigestSchedule, time_zone: str, hour: int, now: datetime) -> dict[str, Any]:
    """Move the schedule on and return the row of the run."""
    zone, cadence = zone_or_utc(time_zone), schedule.cadence
    period_end = latest_due(schedule.next_due_at, cadence, zone, hour, now)
    period_start = schedule.last_due_at or schedule.next_due_at
    schedule.last_due_at = period_end
    schedule.next_due_at = next_due(cadence, zone, hour, now)
    return {
        "subscriber_id": schedule.subscriber_id,
        "cadence": cadence,
        "period_start": period_start,
        "period_end": period_end,
        "started_at": now,
    }
