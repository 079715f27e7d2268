"""The engine of all stored searches, kept up to date by whoever matches."""

import gc
from collections.abc import Sequence
from threading import Lock

from sqlmodel import Session

from tidings.searches.document import Document
from tidings.searches.engine import Engine, features_of, kernel_for
from tidings.searches.grammar import parse_canonical
from tidings.searches.models import Search
from tidings.searches.queries import StoredSearch, search_ids_from, searches_by_ids
from tidings.searches.query import Query
from tidings.searches.trees import from_tree

MANY = 10_000
RECENT = 1000
"""How far a search may come late: ids are given before the row is there for others to see."""


def query_of(search: Search | StoredSearch) -> Query:
    """Return what a stored search asks."""
    return parse_canonical(search.canonical) if search.tree is None else from_tree(search.tree)


class Catalogue:
    """Every distinct search there is; one a process, for one database.

    Searches that nobody wants any more stay: they find, and then nobody is to be told. The first
    call reads all of them, about 60 microseconds each, a later one what was saved since.
    """

    def __init__(self, engine: Engine | None = None) -> None:
        self._engine = engine
        self._recent: set[int] = set()
        self._last = 0
        self._lock = Lock()

    def find(self, session: Session, documents: Sequence[Document]) -> list[tuple[int, int]]:
        """Return the pairs of a search's id and the position of a document that it holds on.

        Every search is in it that the session sees. Threads take turns.
        """
        features = [features_of(document) for document in documents]
        with self._lock:
            return list(self._refreshed(session).pairs(features))

    def _refreshed(self, session: Session) -> Engine:
        ids = search_ids_from(session, max(0, self._last - RECENT))
        new = [one for one in ids if one not in self._recent]
        if self._engine is None:
            self._engine = Engine(kernel_for(len(new)))
        for row in searches_by_ids(session, new):
            self._engine.add(row.id, query_of(row))
        if len(new) > MANY:
            gc.collect()
            gc.freeze()  # or else the collector walks over every search again and again
        self._last = max(self._last, max(ids, default=0))
        self._recent = {one for one in ids if one > self._last - RECENT}
        return self._engine
