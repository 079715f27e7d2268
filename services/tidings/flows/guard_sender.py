"""Stop all mail when the mail servers of the world refuse our sending domain."""

from datetime import datetime, timedelta

from sqlalchemy import Engine

from tidings.config import Settings
from tidings.db.session import open_reader, open_session
from tidings.delivery.models import DeliveryEventKind
from tidings.delivery.reputation import is_refused
from tidings.delivery.suppression_queries import events_since, refusing_readers
from tidings.flows.pull_brake import pull_brake
from tidings.rendering.filters import plural
from tidings.upkeep.brakes import brake_of, counts_since

A_DAY = timedelta(hours=24)
BY = "mail servers"
"""Who pulls the brake."""


def guard_sender(engine: Engine, *, settings: Settings, now: datetime) -> int | None:
    """Pull the brake of mail if our domain is refused; return the mail that tells the operator.

    What was refused before the brake was last released does not count again. Every further mail
    would make it worse, and would be lost, so nothing more goes out until a human has looked. One
    look at an index a call while nothing is refused; safe to call at any time.
    """
    with open_reader(engine) as session:
        since = max(now - A_DAY, counts_since(session) or now - A_DAY)
        refusing = refusing_readers(session, since=since)
        if not refusing or brake_of(session) is not None:
            return None
        accepted = events_since(session, [DeliveryEventKind.ACCEPTED], since=since)
    handed_over = accepted[DeliveryEventKind.ACCEPTED] + len(refusing)
    if not is_refused(refusing, handed_over):
        return None
    words = list(refusing.values())[-1]
    reason = f"the mail servers of {plural(len(refusing), 'reader')} refuse our domain: {words}"
    with open_session(engine) as session:
        return pull_brake(session, reason=reason, by=BY, settings=settings, now=now)
