"""Let an address get nothing, because an operator says so."""

from datetime import datetime

from sqlmodel import Session

from tidings.config import Settings
from tidings.db.session import commit
from tidings.delivery import suppression_queries as holds
from tidings.delivery.suppression import Reason, hold_for_good
from tidings.subscribers.addresses import AddressBook, normalise
from tidings.upkeep.queries import note_audit

NAME_LENGTH = 12
"""Digits of an address's hash that the operators' log names it by; never by itself."""


def suppress_address(
    session: Session, address: str, *, actor: str, settings: Settings, now: datetime
) -> bool:
    """Let an address get nothing any more, whoever asks for mail to it; False if it is so already.

    What its reader follows stays as it is. Safe to call twice. Raises RejectedError for what is no
    address.
    """
    name = AddressBook(settings.secret).hash(normalise(address))
    before = holds.hold_locked(session, name)
    hold = hold_for_good(before, Reason.MANUAL, now=now)
    if hold != before:
        holds.put_hold(session, name, hold)
        thing = f"address {name[:NAME_LENGTH]}"
        note_audit(session, actor=actor, action="suppress address", thing=thing)
    commit(session, "address.suppressed")
    return hold != before
