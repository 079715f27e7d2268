"""All SQL about brakes: what was stopped, by whom, and how far it counts."""

from datetime import datetime

from sqlmodel import Session, col, delete

from tidings.db.upsert import insert_ignore
from tidings.upkeep.models import Brake, Tally
from tidings.upkeep.queries import add_to_tallies

MAIL = "mail"
"""The brake of all mail."""

BY_COUNT = "the daily count"
"""Who has pulled a brake because too many mails went out."""

RELEASED = "brake.released"
"""The tally of releases; mails sent before the last one count no more."""


def brake_of(session: Session, name: str = MAIL) -> Brake | None:
    """Return the brake if it is pulled."""
    return session.get(Brake, name, populate_existing=True)


def add_brake(session: Session, row: Brake) -> bool:
    """Insert a brake; False when it is pulled already."""
    return insert_ignore(session, Brake, [row.model_dump()]) == 1


def delete_brake(session: Session, name: str, *, now: datetime) -> bool:
    """Delete a brake and count from now on; False when it was not pulled."""
    gone = session.exec(delete(Brake).where(col(Brake.name) == name)).rowcount == 1
    if gone:
        add_to_tallies(session, {RELEASED: 1}, until=now)
    return gone


def counts_since(session: Session) -> datetime | None:
    """Return when a brake was last released; None if none ever was."""
    tally = session.get(Tally, RELEASED, populate_existing=True)
    return tally.counted_until if tally is not None else None
