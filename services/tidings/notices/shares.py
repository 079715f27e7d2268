"""Which digest tells which notice (pure)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from tidings.db.base import stored_id
from tidings.notices.models import DigestRun
from tidings.subscribers.models import Cadence

CLOCKS_APART = timedelta(minutes=5)
"""How far the calendars of two hosts may be apart."""


class Waiting(NamedTuple):
    """A notice that waits for a digest."""

    notice_id: int
    subscriber_id: int
    cadence: Cadence
    created_at: datetime


def share_out(
    runs: Iterable[DigestRun], waiting: Iterable[Waiting], *, now: datetime
) -> Mapping[int, Sequence[int]]:
    """Return the notices that each run tells, by run; runs with nothing to tell are left out.

    A run tells the notices of its reader and cadence that were there when its period ended; one
    from the future was made before a clock was set back, and is there as well. Of several such
    runs the earliest tells a notice, so that none is told twice.
    """
    of_reader: dict[tuple[int, Cadence], list[DigestRun]] = defaultdict(list)
    for run in sorted(runs, key=lambda run: run.period_end):
        of_reader[run.subscriber_id, run.cadence].append(run)
    told: dict[int, list[int]] = defaultdict(list)
    for notice in waiting:
        for run in of_reader[notice.subscriber_id, notice.cadence]:
            if notice.created_at <= run.period_end or notice.created_at > now + CLOCKS_APART:
                told[stored_id(run.id)].append(notice.notice_id)
                break
    return told
