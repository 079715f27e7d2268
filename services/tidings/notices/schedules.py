"""Gives readers the times of their digests."""

from datetime import datetime

from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.notices.windows import next_due
from tidings.subscribers.models import DIGEST_CADENCES, Cadence, DigestSchedule, Subscriber
from tidings.subscribers.queries import add_schedule
from tidings.subscribers.zones import zone_or_utc


def ensure_schedule(
    session: Session, reader: Subscriber, cadence: Cadence, *, now: datetime
) -> None:
    """Note when the reader's next digest of this cadence is due, unless it is noted already.

    A cadence without digests needs no note. The caller commits.
    """
    if cadence not in DIGEST_CADENCES:
        return
    due = next_due(cadence, zone_or_utc(reader.time_zone), reader.digest_hour, now)
    subscriber_id = stored_id(reader.id)
    add_schedule(
        session,
        DigestSchedule(
            subscriber_id=subscriber_id, cadence=cadence, next_due_at=due, last_due_at=now
        ),
    )
