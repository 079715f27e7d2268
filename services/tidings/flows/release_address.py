"""Let mail go to an address again, because an operator says so."""

from sqlmodel import Session

from tidings.config import Settings
from tidings.db.session import commit
from tidings.delivery import suppression_queries as holds
from tidings.flows.suppress_address import NAME_LENGTH
from tidings.subscribers.addresses import AddressBook, normalise
from tidings.upkeep.queries import note_audit


def release_address(session: Session, address: str, *, actor: str, settings: Settings) -> bool:
    """Forget why an address gets nothing; False if nothing kept mail from it.

    A reader whose subscription ended stays ended until they ask again: the operator cannot say yes
    for them. Safe to call twice. Raises RejectedError for what is no address.
    """
    name = AddressBook(settings.secret).hash(normalise(address))
    hold = holds.hold_locked(session, name)
    if hold is not None:
        holds.put_hold(session, name, None)
        thing = f"address {name[:NAME_LENGTH]}, {hold.reason}"
        note_audit(session, actor=actor, action="release address", thing=thing)
    commit(session, "address.released")
    return hold is not None
