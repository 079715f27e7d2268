"""SQL about what searches had found before a time that a replay begins with."""

from collections.abc import Set as AbstractSet
from datetime import datetime

from sqlmodel import Session, col, select

from tidings.searches.models import Match, Search


def known_before(session: Session, name: str, moment: datetime) -> AbstractSet[int]:
    """Return the projects that a search had found before that moment, whoever had saved it.

    ``name`` is its hash; nobody may have saved it ever.
    """
    found = (
        select(col(Match.project_id))
        .join(Search, col(Search.id) == col(Match.search_id))
        .where(col(Search.hash) == name, col(Match.matched_at) < moment)
    )
    return set(session.exec(found))
