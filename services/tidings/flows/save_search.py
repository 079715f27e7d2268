"""Save a search for an active reader."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.db.session import commit
from tidings.errors import RejectedError
from tidings.flows.baseline import find_known
from tidings.notices.moving import move_waiting
from tidings.notices.queries import match_again, matched_up_to
from tidings.rendering.speech import Sayable
from tidings.searches.canonical import canonical_form
from tidings.searches.grammar import parse
from tidings.searches.models import SavedSearch
from tidings.searches.queries import (
    add_matches,
    add_search,
    count_saved_searches,
    live_saved_search,
)
from tidings.subscribers.models import Cadence, SubscriberState
from tidings.subscribers.queries import subscriber_locked

MOST = 50
"""Searches that a reader may have saved at a time."""


def save_search(
    session: Session, *, subscriber_id: int, name: str, text: str, cadence: Cadence, now: datetime
) -> SavedSearch:
    """Return the reader's live saved search for what ``text`` asks, with this name and cadence.

    What the search finds already is no news: only what comes later is told. It is read before
    anything is written, so that nobody waits for it. Safe to call twice: a reader has one live row
    for each distinct search, whatever way it is typed. Raises QueryError for a text that does not
    parse, RejectedError for a reader who is not active, and for one who has saved 50 others.
    """
    query, name = parse(text), " ".join(name.split())
    canonical = canonical_form(query)
    mark = matched_up_to(session)
    commit(session, "search.parsed")  # lets go of the store before it is read for long
    known = find_known(session.get_bind().engine, [canonical], now=now)
    reader = subscriber_locked(session, subscriber_id)
    if reader is None or reader.state is not SubscriberState.ACTIVE:
        session.rollback()
        raise RejectedError(Sayable("Only a reader who has confirmed can save a search."))
    search = add_search(session, query, now=now)
    search_id = stored_id(search.id)
    saved = live_saved_search(session, subscriber_id, search_id)
    if saved is None and count_saved_searches(session, subscriber_id) >= MOST:
        session.rollback()
        raise RejectedError(
            Sayable("You have saved {n} searches, the most there may be. End one first.", n=MOST)
        )
    if saved is None:  # also for a known search: nobody may have kept it alive
        add_matches(session, [{"search_id": search_id} | row for row in known[canonical]])
        saved = SavedSearch(
            subscriber_id=subscriber_id,
            search_id=search_id,
            name=name,
            text=text,
            cadence=cadence,
            created_at=now,
        )
        session.add(saved)
        match_again(session, after=mark)  # what was matched while we read knew nothing of us
    saved.name, saved.text = name, text
    ask_of_search(saved, {"cadence": cadence}, now=now)
    move_waiting(session, reader, saved, now=now)
    commit(session, "search.saved")
    return saved


def ask_of_search(saved: SavedSearch, asked: Mapping[str, Any], *, now: datetime) -> None:
    """Ask these columns of a saved search; what came while less was asked for is no news.

    Unless it is muted anyway, it counts as muted until now: so the audits can tell that nothing was
    missed. The caller commits.
    """
    changed = {column for column, value in asked.items() if getattr(saved, column) != value}
    is_muted = saved.muted_until is not None and saved.muted_until > now
    if not is_muted and (changed - {"cadence"} or (changed and saved.cadence is Cadence.PAUSED)):
        saved.muted_until = now
    saved.sqlmodel_update(dict(asked))
