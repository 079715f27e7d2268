"""Count what the studies that a search found are made of."""

from datetime import date

from sqlmodel import Session

from tidings.flows.search_projects import Found
from tidings.searches.facets import Facet, facets_of
from tidings.searches.store_queries import traits_of


def count_facets(session: Session, text: str, found: Found, *, today: date) -> tuple[Facet, ...]:
    """Return the facets of what ``text`` found; changes no row, and judges no award again.

    They count what the search met: exactly where its own count is exact, and else about.
    """
    traits = traits_of(session, [*found.met, *found.sampled])
    return facets_of(
        text,
        [traits[one] for one in found.met],
        [traits[one] for one in found.sampled],
        weight=found.weight,
        today=today,
    )
