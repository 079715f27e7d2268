"""Propose searches that ask less, for one that finds nothing."""

from itertools import islice

from sqlmodel import Session

from tidings.flows.count_hits import count_hits
from tidings.searches.estimate import Variant
from tidings.searches.query import Query
from tidings.searches.variants import wider

MOST = 6
"""Proposals that are tried: the first clauses of a search say most."""


def find_wider(session: Session, query: Query) -> list[Variant]:
    """Return searches that ask less and find something, the best first; changes no row."""
    tried = [
        Variant(text, words, count_hits(session, text)[0])
        for text, words in islice(wider(query), MOST)
    ]
    return sorted((one for one in tried if one.hits), key=lambda one: -one.hits)
