"""Compare when digests are due with what readers ask for, and mend what does not fit."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import structlog
from sqlalchemy import Engine

from tidings.db.session import commit, open_reader, open_session
from tidings.notices import schedule_queries as queries
from tidings.notices.digest_queries import add_runs
from tidings.notices.schedule_queries import Digests
from tidings.notices.windows import due_after_move, ends_period, next_due
from tidings.subscribers.zones import zone_or_utc

log = structlog.get_logger()

LOOK_BACK = timedelta(days=7)
"""A digest that was missed is made up for so long."""

MENDED = ("schedule", "due_time", "period")
"""What is mended, by kind."""

MOST = 30_000
"""Rows of one kind that one call mends: a transaction that others wait for stays short."""


def mend_schedules(engine: Engine, *, now: datetime) -> dict[str, int]:
    """Mend what no flow of ours leaves behind, but a restored copy, a hand or a clock may.

    Digests without a schedule get one, from the day on which they were first asked for: what they
    missed within a week is told at once. A digest due later than its cadence is long, from before
    a clock was set back, is due in time. A period that was noted as told, and has no run, gets it.
    Returns how many of each there were.

    All is read before anything is written, so that nobody waits. Safe to call twice: a reader has
    one schedule a cadence and one run a period, and a due time that was moved meanwhile stays.
    """
    with open_reader(engine) as session:
        missing = islice(queries.without_schedule(session), MOST)
        schedules = [_schedule(one, now) for one in missing]
        moved = dict(islice(_in_time(queries.far_ahead(session, now=now), now), MOST))
        claimed = queries.without_run(session, since=now - LOOK_BACK, until=now)
        unkept = list(islice(_ends(claimed), MOST))
        ends = queries.last_ends(session, unkept)
    if not (schedules or moved or unkept):
        return dict.fromkeys(MENDED, 0)
    with open_session(engine) as session:
        mended = {
            "schedule": queries.add_schedules(session, schedules),
            "due_time": queries.move_due(session, moved, now=now),
            "period": len(add_runs(session, [_run(one, ends, now) for one in unkept])),
        }
        commit(session, "schedules.mended")
    log.warning("schedules.mended", **mended)
    return mended


def _schedule(asked: Digests, now: datetime) -> dict[str, Any]:
    since = max(asked.moment, now - LOOK_BACK)
    due = next_due(asked.cadence, zone_or_utc(asked.time_zone), asked.hour, since)
    return {
        "subscriber_id": asked.subscriber_id,
        "cadence": asked.cadence,
        "next_due_at": due,
        "last_due_at": since,
    }


def _in_time(far: Iterable[Digests], now: datetime) -> Iterator[tuple[Digests, datetime]]:
    """Give when digests should be due that are due too late."""
    for one in far:
        zone = zone_or_utc(one.time_zone)
        due = due_after_move(one.cadence, zone, one.hour, told_until=one.told_until, now=now)
        if one.moment > due:
            yield one, due


def _ends(claimed: Iterable[Digests]) -> Iterator[Digests]:
    """Leave out the schedules that are new: until its first digest, one notes when it was made."""
    for one in claimed:
        if ends_period(one.cadence, zone_or_utc(one.time_zone), one.hour, one.moment):
            yield one


def _run(unkept: Digests, ends: Mapping[Any, datetime], now: datetime) -> dict[str, Any]:
    before = ends.get((unkept.subscriber_id, unkept.cadence), unkept.moment)
    return {
        "subscriber_id": unkept.subscriber_id,
        "cadence": unkept.cadence,
        "period_start": min(before, unkept.moment),
        "period_end": unkept.moment,
        "started_at": now,
    }
