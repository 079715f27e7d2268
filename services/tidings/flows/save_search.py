"""Save a search for an active reader."""

from datetime import datetime

from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.errors import RejectedError
from tidings.flows.baseline import note_baseline
from tidings.notices.schedules import ensure_schedule
from tidings.searches.canonical import canonical_form, search_hash
from tidings.searches.grammar import parse
from tidings.searches.models import SavedSearch
from tidings.searches.queries import add_search, live_saved_search
from tidings.subscribers.models import Cadence, SubscriberState
from tidings.subscribers.queries import subscriber_locked


def save_search(
    session: Session, *, subscriber_id: int, name: str, text: str, cadence: Cadence, now: datetime
) -> SavedSearch:
    """Return the reader's live saved search for what ``text`` asks, with this name and cadence.

    What the search finds already is no news: only what comes later is told. Safe to call twice: a
    reader has one live row for each distinct search, whatever way it is typed. Raises QueryError
    for a text that does not parse, RejectedError for a reader who is not active.
    """
    canonical = canonical_form(parse(text))
    reader = subscriber_locked(session, subscriber_id)
    if reader is None or reader.state is not SubscriberState.ACTIVE:
        session.rollback()
        raise RejectedError("Only a reader who has confirmed can save a search.")
    search = add_search(session, canonical, search_hash(canonical), now=now)
    saved = live_saved_search(session, subscriber_id, stored_id(search.id))
    if saved is None:
        note_baseline(session, [search], now=now)  # also for a known search that nobody kept alive
        saved = SavedSearch(
            subscriber_id=subscriber_id,
            search_id=stored_id(search.id),
            name=name,
            text=text,
            created_at=now,
        )
        session.add(saved)
    saved.name, saved.text, saved.cadence = name, text, cadence
    ensure_schedule(session, reader, cadence, now=now)
    session.commit()
    return saved
