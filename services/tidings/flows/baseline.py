"""Note what a search finds already, so that only what comes after is news."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.projects.queries import canonical_of
from tidings.searches.document import Document
from tidings.searches.evaluate import evaluate
from tidings.searches.grammar import parse_canonical
from tidings.searches.models import Search
from tidings.searches.queries import add_matches, every_award
from tidings.searches.query import is_about_changes


def note_baseline(session: Session, searches: Sequence[Search], *, now: datetime) -> None:
    """Store a match, without a sweep, for each project that each search finds now.

    A search for changes has no baseline: whatever happens from now on is news. The caller commits;
    safe to call twice, because a search finds a project once.
    """
    parsed = {stored_id(search.id): parse_canonical(search.canonical) for search in searches}
    queries = {key: query for key, query in parsed.items() if not is_about_changes(query)}
    if not queries:
        return
    rows: dict[tuple[int, int], dict[str, Any]] = {}
    for award in every_award(session):
        document = Document(canonical_of(award))
        for search_id, query in queries.items():
            hits = evaluate(query, document)
            if hits is not None:
                rows[search_id, award.project_id] = {
                    "search_id": search_id,
                    "project_id": award.project_id,
                    "appl_id": award.appl_id,
                    "version": award.version,
                    "clauses": [asdict(hit) for hit in hits],
                    "matched_at": now,
                }
    add_matches(session, list(rows.values()))
