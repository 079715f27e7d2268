"""What searches find already, so that only what comes after is news."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from tidings.db.session import open_reader
from tidings.projects.codec import unpack
from tidings.searches.document import Document
from tidings.searches.evaluate import evaluate
from tidings.searches.grammar import parse_canonical
from tidings.searches.query import Query, is_about_changes
from tidings.searches.store_queries import Latest, candidate_ids, latest_of

CHUNK = 200


def find_known(
    engine: Engine, canonicals: Sequence[str], *, now: datetime
) -> Mapping[str, list[dict[str, Any]]]:
    """Return, for each search by its canonical form, a row for each project that it finds now.

    The rows are those of ``match``, but for ``search_id``. A search for changes knows nothing:
    whatever happens from now on is news. Reads the awards that the word index names, in a session
    that keeps nobody from writing.

    An award that is written meanwhile is judged as it was before or after: whoever must not miss
    what changed lets the changes since before this call be matched again.
    """
    parsed = {canonical: parse_canonical(canonical) for canonical in canonicals}
    queries = {key: query for key, query in parsed.items() if not is_about_changes(query)}
    found: dict[str, dict[int, dict[str, Any]]] = {canonical: {} for canonical in canonicals}
    with open_reader(engine) as session:
        asking = _asking(session, queries)
        for award in _latest(session, sorted(asking)):
            document = Document(unpack(award.body))
            for canonical in asking[award.appl_id]:
                hits = evaluate(queries[canonical], document)
                if hits is not None:
                    clauses = [asdict(hit) for hit in hits]
                    found[canonical][award.project_id] = _row(award, clauses, now)
    return {canonical: list(rows.values()) for canonical, rows in found.items()}


def _asking(session: Session, queries: Mapping[str, Query]) -> Mapping[int, list[str]]:
    """Return the awards that a search may find, each with the searches that may find it."""
    asking: defaultdict[int, list[str]] = defaultdict(list)
    for canonical, query in queries.items():
        for appl_id in candidate_ids(session, query, ever=False):
            asking[appl_id].append(canonical)
    return asking


def _latest(session: Session, appl_ids: Sequence[int]) -> Iterator[Latest]:
    for start in range(0, len(appl_ids), CHUNK):
        yield from latest_of(session, appl_ids[start : start + CHUNK]).values()


def _row(award: Latest, clauses: list[dict[str, Any]], now: datetime) -> dict[str, Any]:
    return {
        "project_id": award.project_id,
        "appl_id": award.appl_id,
        "version": award.version,
        "clauses": clauses,
        "matched_at": now,
    }
