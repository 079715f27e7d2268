"""Find stored studies by the language of saved searches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlmodel import Session

from tidings.projects.codec import unpack
from tidings.projects.models import Project
from tidings.projects.sweep_queries import projects_by_ids
from tidings.searches.document import Document
from tidings.searches.evaluate import ClauseHit, evaluate, holds
from tidings.searches.grammar import parse
from tidings.searches.query import Query, is_about_changes
from tidings.searches.store_queries import (
    NOTHING_TOLD,
    Standing,
    latest_of,
    standing_candidates,
    standing_count,
    told_of,
)

CHUNK = 100
SURE = 2_000
"""Of so many candidates each is looked at, which takes about half a second."""

MOST_READ = 3_000
"""Candidates that are looked at, the last changed first, to fill the hits of one page."""

SAMPLE = 500
"""Candidates, evenly spread over the rest, that say how many of the rest are hits."""


@dataclass(frozen=True)
class Hit:
    """A study that was found, and by what."""

    project: Project
    clauses: tuple[ClauseHit, ...]


@dataclass(frozen=True)
class Found:
    """Some hits, how many there are, and among how many studies.

    ``hits`` are those from the ``offset``-th on, the last changed first; ``next_offset`` is where
    there are more, None where there are none. ``count`` is exact, or reckoned from a sample.
    ``looked_through`` are the studies that had their chance: fewer than there are only when those
    that hold the words, but not as the search wants them, were too many.
    """

    hits: tuple[Hit, ...]
    count: int
    is_exact: bool
    looked_through: int
    offset: int
    next_offset: int | None
    met: tuple[int, ...] = ()
    sampled: tuple[int, ...] = ()
    weight: float = 0


@dataclass(frozen=True)
class _Walk:
    """What was found among candidates in their order, and which of them were not looked at."""

    found: Sequence[Standing]
    rest: Sequence[Standing]


def search_projects(session: Session, text: str, *, limit: int = 50, offset: int = 0) -> Found:
    """Return studies that ``text`` finds, the last changed first; changes no row.

    Looks through all of them: the word index names candidates, and each hit was judged as a saved
    search is. Up to 2,000 candidates are all judged; of more, as many as the hits need, at most
    3,000, and a sample for the count. Raises QueryError for a text that does not parse.
    """
    query = parse(text)
    candidates = standing_candidates(session, query)
    walk = _walk(session, query, candidates, most=offset + limit + 1)
    shown = walk.found[offset : offset + limit]
    is_full = len(walk.found) > offset + limit
    stored = standing_count(session)
    sampled, weight = _sampled(session, query, walk.rest)
    return Found(
        hits=tuple(_hits(session, query, shown)),
        count=len(walk.found) + round(weight * len(sampled)),
        is_exact=not walk.rest,
        looked_through=stored if is_full else stored - len(walk.rest),
        offset=offset,
        next_offset=offset + limit if is_full else None,
        met=tuple(one.appl_id for one in walk.found),
        sampled=tuple(one.appl_id for one in sampled),
        weight=weight,
    )


def _walk(session: Session, query: Query, candidates: Sequence[Standing], *, most: int) -> _Walk:
    if len(candidates) <= SURE:
        return _Walk(list(holding(session, query, candidates)), ())
    found: list[Standing] = []
    read = 0
    while read < min(len(candidates), MOST_READ) and len(found) < most:
        found += holding(session, query, candidates[read : read + CHUNK])
        read += CHUNK
    return _Walk(found, candidates[read:])


def _sampled(
    session: Session, query: Query, rest: Sequence[Standing]
) -> tuple[list[Standing], float]:
    """Return the hits in a sample of the rest, and how many hits each of them stands for."""
    sample = rest[:: -(-len(rest) // SAMPLE) or 1]
    return list(holding(session, query, sample)), len(rest) / max(len(sample), 1)


def holding(session: Session, query: Query, candidates: Sequence[Standing]) -> Iterator[Standing]:
    """Give those of the candidates that the query finds, each judged as a saved search is."""
    for standing, document in _documents(session, query, candidates):
        if holds(query, document):
            yield standing


def _hits(session: Session, query: Query, shown: Sequence[Standing]) -> Iterator[Hit]:
    projects = {one.id: one for one in projects_by_ids(session, [one.project_id for one in shown])}
    for standing, document in _documents(session, query, shown):
        yield Hit(projects[standing.project_id], evaluate(query, document) or ())


def _documents(
    session: Session, query: Query, standings: Sequence[Standing]
) -> Iterator[tuple[Standing, Document]]:
    about_changes = is_about_changes(query)
    waiting = iter(standings)
    while chunk := list(islice(waiting, CHUNK)):
        ids = [standing.appl_id for standing in chunk]
        latest = latest_of(session, ids)
        told = told_of(session, ids if about_changes else ())
        for standing in chunk:
            canonical = unpack(latest[standing.appl_id].body)
            yield standing, Document(canonical, *told.get(standing.appl_id, NOTHING_TOLD))
