"""Count what a search finds, quickly: for somebody who is still typing it."""

from collections.abc import Sequence

from sqlmodel import Session

from tidings.flows.search_projects import holding
from tidings.searches.grammar import parse
from tidings.searches.store_queries import (
    Standing,
    candidate_count,
    standing_candidates,
    standing_sample,
)

SURE = 100
"""Of so many candidates each is judged, which takes less than a tenth of a second."""

SAMPLE = 60
"""Of more candidates about so many are judged, spread evenly."""


def count_hits(session: Session, text: str) -> tuple[int, bool]:
    """Return how many studies a search finds, and whether that is exact; changes no row.

    Raises QueryError for a text that does not parse.
    """
    query = parse(text)
    candidates = candidate_count(session, query)
    if candidates <= SURE:
        return len(list(holding(session, query, standing_candidates(session, query)))), True
    sample: Sequence[Standing] = standing_sample(session, query, step=candidates // SAMPLE)
    hits = len(list(holding(session, query, sample[: 2 * SAMPLE])))
    return round(candidates * hits / max(len(sample[: 2 * SAMPLE]), 1)), False
