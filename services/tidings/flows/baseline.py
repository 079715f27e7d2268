"""What searches find already, so that only what comes after is news."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from tidings.db.session import open_reader
from tidings.projects.models import Award
from tidings.projects.queries import canonical_of
from tidings.searches.document import Document
from tidings.searches.evaluate import evaluate
from tidings.searches.grammar import parse_canonical
from tidings.searches.queries import every_award
from tidings.searches.query import is_about_changes


def find_known(
    engine: Engine, canonicals: Sequence[str], *, now: datetime
) -> Mapping[str, list[dict[str, Any]]]:
    """Return, for each search by its canonical form, a row for each project that it finds now.

    The rows are those of ``match``, but for ``search_id``. A search for changes knows nothing:
    whatever happens from now on is news. Reads every award, half a millisecond each, in a session
    that keeps nobody from writing.
    """
    parsed = {canonical: parse_canonical(canonical) for canonical in canonicals}
    queries = {key: query for key, query in parsed.items() if not is_about_changes(query)}
    found: dict[str, dict[int, dict[str, Any]]] = {canonical: {} for canonical in canonicals}
    if queries:
        with open_reader(engine) as session:
            for award in every_award(session):
                document = Document(canonical_of(award))
                for canonical, query in queries.items():
                    hits = evaluate(query, document)
                    if hits is not None:
                        clauses = [asdict(hit) for hit in hits]
                        found[canonical][award.project_id] = _row(award, clauses, now)
    return {canonical: list(rows.values()) for canonical, rows in found.items()}


def _row(award: Award, clauses: list[dict[str, Any]], now: datetime) -> dict[str, Any]:
    return {
        "project_id": award.project_id,
        "appl_id": award.appl_id,
        "version": award.version,
        "clauses": clauses,
        "matched_at": now,
    }
