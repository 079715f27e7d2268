"""Saves searches in tests, as rows."""

from conftest import NOW
from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.searches.canonical import canonical_form, search_hash
from tidings.searches.grammar import parse
from tidings.searches.models import SavedSearch, Search


def saved_search(session: Session, subscriber_id: int, text: str) -> SavedSearch:
    """Add a search that nobody had, and a subscriber's own of it; the caller commits."""
    canonical = canonical_form(parse(text))
    search = Search(canonical=canonical, hash=search_hash(canonical), created_at=NOW)
    session.add(search)
    session.flush()
    saved = SavedSearch(
        subscriber_id=subscriber_id,
        search_id=stored_id(search.id),
        name=text,
        text=text,
        created_at=NOW,
    )
    session.add(saved)
    return saved
