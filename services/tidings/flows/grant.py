"""Do at once what a reader who is signed in asks for, at a form that is there for everybody."""

from datetime import datetime

from sqlmodel import Session

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.errors import RejectedError
from tidings.flows.confirm import NAME_LENGTH
from tidings.flows.follow import follow
from tidings.flows.follow_watchlist import follow_watchlist
from tidings.flows.save_search import save_search
from tidings.projects.queries import project_by_key
from tidings.rendering.speech import Sayable
from tidings.subscribers.addresses import AddressBook, normalise
from tidings.subscribers.models import Subscriber
from tidings.subscribers.wishes import Wish


def grant(
    session: Session,
    wish: Wish,
    *,
    subscriber_id: int,
    address: str,
    settings: Settings,
    now: datetime,
) -> bool:
    """Do what is wished, if the address that was typed is the reader's own; say whether it was.

    Then no mail has to ask whether it is really them: they have answered one to sign in. Safe to
    call twice, as are the flows that it is made of. Raises RejectedError, in words, for what
    cannot be asked for.
    """
    reader = session.get(Subscriber, subscriber_id)
    name = AddressBook(settings.secret).hash(normalise(address))
    is_own = reader is not None and reader.address_hash == name
    session.rollback()  # lets go of the store: each flow begins anew
    if not is_own:
        return False
    if wish.follow_key is not None:
        project = project_by_key(session, wish.follow_key)
        if project is None:
            raise RejectedError(Sayable("We know no study {key}.", key=wish.follow_key))
        follow(
            session,
            subscriber_id=subscriber_id,
            project_id=stored_id(project.id),
            cadence=wish.cadence,
            now=now,
        )
    if wish.search_text is not None:
        save_search(
            session,
            subscriber_id=subscriber_id,
            name=wish.search_text[:NAME_LENGTH],
            text=wish.search_text,
            cadence=wish.cadence,
            now=now,
        )
    if wish.watchlist is not None:
        follow_watchlist(
            session,
            subscriber_id=subscriber_id,
            slug=wish.watchlist,
            cadence=wish.cadence,
            now=now,
        )
    return True
