"""SQL that keeps the word index up to date."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import false
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select, update

from tidings.db.base import stored_id
from tidings.db.word_index import add_words
from tidings.projects.models import Award, Snapshot
from tidings.searches.models import AwardWords

WordSet = tuple[int, Collection[str]]
"""An award, and words that it has in one version."""


def add_award_words(session: Session, sets: Sequence[WordSet]) -> None:
    """Add these sets of words to the index."""
    rows = [AwardWords(appl_id=appl_id) for appl_id, _ in sets]
    session.add_all(rows)
    session.flush()
    words = (words for _, words in sets)
    add_words(session, dict(zip((stored_id(row.id) for row in rows), words, strict=True)))


def unindexed_awards(session: Session, *, limit: int) -> Sequence[tuple[int, bytes]]:
    """Return awards, by number and latest body, of which the index does not hold every version."""
    query = (
        select(col(Award.appl_id), col(Award.body))
        .where(col(Award.is_indexed) == false())
        .order_by(col(Award.appl_id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return session.exec(query).all()


def deltas_of(session: Session, appl_ids: Collection[int]) -> Mapping[int, list[bytes]]:
    """Return what leads from each award's latest version back to the ones before, newest first."""
    query = (
        select_columns(col(Snapshot.appl_id), col(Snapshot.delta))
        .where(col(Snapshot.appl_id).in_(appl_ids))
        .order_by(col(Snapshot.appl_id), col(Snapshot.version).desc())
    )
    found: defaultdict[int, list[bytes]] = defaultdict(list)
    for appl_id, delta in session.connection().execute(query):
        found[appl_id].append(delta)
    return found


def mark_indexed(session: Session, appl_ids: Collection[int]) -> None:
    """Note that the index holds every version of these awards."""
    session.exec(update(Award).where(col(Award.appl_id).in_(appl_ids)).values(is_indexed=True))
