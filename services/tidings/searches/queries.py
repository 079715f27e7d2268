"""All SQL about saved searches and what they matched."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select, update

from tidings.db.base import stored_id
from tidings.db.upsert import insert_ignore, insert_ignore_returning
from tidings.projects.models import Award
from tidings.searches.canonical import canonical_form, search_hash
from tidings.searches.grammar import parse_canonical
from tidings.searches.models import Match, SavedSearch, Search
from tidings.searches.query import Query
from tidings.searches.trees import to_tree
from tidings.subscribers.models import Cadence, EndedReason, Subscriber, SubscriberState

MANY = 5000
"""Values of one IN."""


class StoredSearch(NamedTuple):
    """A search as it is stored: its tree may be missing, its canonical form never is."""

    id: int
    canonical: str
    tree: list[Any] | None


def add_search(session: Session, query: Query, *, now: datetime) -> Search:
    """Insert a search unless its canonical form is there; return it."""
    canonical = canonical_form(query)
    name = search_hash(canonical)
    tree = to_tree(parse_canonical(canonical))
    row = {"canonical": canonical, "hash": name, "tree": tree, "created_at": now}
    insert_ignore(session, Search, [row])
    return session.exec(select(Search).where(Search.hash == name)).one()


def search_named(session: Session, name: str) -> Search | None:
    """Return the search with this hash."""
    return session.exec(select(Search).where(Search.hash == name)).one_or_none()


def live_saved_search(session: Session, subscriber_id: int, search_id: int) -> SavedSearch | None:
    """Return the one saved search of this pair that has not ended."""
    return session.exec(
        select(SavedSearch).where(
            SavedSearch.subscriber_id == subscriber_id,
            SavedSearch.search_id == search_id,
            col(SavedSearch.ended_at).is_(None),
        )
    ).one_or_none()


def live_saved_searches(session: Session, subscriber_id: int) -> Sequence[SavedSearch]:
    """Return what a subscriber has saved, oldest first."""
    return session.exec(
        select(SavedSearch)
        .where(SavedSearch.subscriber_id == subscriber_id, col(SavedSearch.ended_at).is_(None))
        .order_by(col(SavedSearch.id))
    ).all()


def count_saved_searches(session: Session, subscriber_id: int) -> int:
    """Return how many searches a subscriber has saved."""
    return session.exec(
        select(func.count()).where(
            SavedSearch.subscriber_id == subscriber_id, col(SavedSearch.ended_at).is_(None)
        )
    ).one()


def saved_search_of(
    session: Session, subscriber_id: int, saved_search_id: int
) -> SavedSearch | None:
    """Return this saved search if it is the subscriber's and has not ended."""
    return session.exec(
        select(SavedSearch).where(
            col(SavedSearch.id) == saved_search_id,
            SavedSearch.subscriber_id == subscriber_id,
            col(SavedSearch.ended_at).is_(None),
        )
    ).one_or_none()


def search_ids_from(session: Session, first: int) -> Sequence[int]:
    """Return the ids of all searches from an id on."""
    return session.exec(select(col(Search.id)).where(col(Search.id) >= first)).all()  # pyright: ignore[reportReturnType] - a stored row has an id


def searches_by_ids(session: Session, ids: Sequence[int]) -> Iterator[StoredSearch]:
    """Return these searches, in no order."""
    columns = (col(Search.id), col(Search.canonical), col(Search.tree))
    for start in range(0, len(ids), MANY):
        chosen = col(Search.id).in_(ids[start : start + MANY])
        for row in session.exec(select(*columns).where(chosen)):
            yield StoredSearch(stored_id(row[0]), row[1], row[2])


def known_pairs(
    session: Session, search_ids: Collection[int], project_ids: Collection[int]
) -> set[tuple[int, int]]:
    """Return the (search, project) of these that have a match."""
    columns = (col(Match.search_id), col(Match.project_id))
    wanted, found = sorted(search_ids), set[tuple[int, int]]()
    for start in range(0, len(wanted), MANY):
        chosen = columns[0].in_(wanted[start : start + MANY])
        rows = session.exec(select(*columns).where(chosen, columns[1].in_(project_ids)))
        found.update((search_id, project_id) for search_id, project_id in rows)
    return found


def searches_to_tell_of(
    session: Session, search_ids: Collection[int], *, now: datetime
) -> Sequence[tuple[Search, Sequence[SavedSearch]]]:
    """Return those of these searches that somebody is to be told of, with who saved them."""
    wanted = sorted(search_ids)
    return [
        found
        for start in range(0, len(wanted), MANY)
        for found in searches_to_match(
            session, col(Search.id).in_(wanted[start : start + MANY]), now=now
        )
    ]


def searches_to_match(
    session: Session, *conditions: ColumnElement[bool], now: datetime
) -> Sequence[tuple[Search, Sequence[SavedSearch]]]:
    """Return each distinct search that somebody may be told of, with who saved it.

    That leaves out what has ended, is paused for all kinds of change or is muted, and readers
    without consent.
    """
    found: dict[int, tuple[Search, list[SavedSearch]]] = {}
    rows = session.exec(
        select(Search, SavedSearch)
        .join(SavedSearch, col(SavedSearch.search_id) == col(Search.id))
        .join(Subscriber, col(Subscriber.id) == col(SavedSearch.subscriber_id))
        .where(
            col(SavedSearch.ended_at).is_(None),
            or_(col(SavedSearch.muted_until).is_(None), col(SavedSearch.muted_until) <= now),
            Subscriber.state == SubscriberState.ACTIVE,
            *conditions,
        )
        .order_by(col(Search.id), col(SavedSearch.id))
    )
    for search, saved in rows:
        if saved.cadence is not Cadence.PAUSED or saved.cadence_by_kind:
            found.setdefault(stored_id(search.id), (search, []))[1].append(saved)
    return list(found.values())


def all_live_searches(session: Session) -> Sequence[Search]:
    """Return each distinct search that somebody has saved and not ended, paused or not."""
    saved = select(SavedSearch.search_id).where(col(SavedSearch.ended_at).is_(None))
    return session.exec(select(Search).where(col(Search.id).in_(saved))).all()


def saved_by_ids(session: Session, ids: Collection[int]) -> Sequence[SavedSearch]:
    """Return those of these saved searches that are live, paused and muted ones as well."""
    return session.exec(
        select(SavedSearch)
        .join(Subscriber, col(Subscriber.id) == col(SavedSearch.subscriber_id))
        .where(
            col(SavedSearch.id).in_(ids),
            col(SavedSearch.ended_at).is_(None),
            Subscriber.state == SubscriberState.ACTIVE,
        )
    ).all()


def add_matches(session: Session, rows: Sequence[Mapping[str, Any]]) -> set[tuple[int, int]]:
    """Insert matches that are not known yet; return (search, project) of those that are new."""
    keys = (col(Match.search_id), col(Match.project_id))
    new: Sequence[Any] = insert_ignore_returning(session, Match, rows, *keys)
    return {(search_id, project_id) for search_id, project_id in new}


def end_saved_searches(
    session: Session, subscriber_id: int, *, reason: EndedReason, now: datetime
) -> None:
    """End all that a subscriber has saved."""
    session.exec(
        update(SavedSearch)
        .where(col(SavedSearch.subscriber_id) == subscriber_id, col(SavedSearch.ended_at).is_(None))
        .values(ended_at=now, ended_reason=reason)
    )


def awards_by_ids(session: Session, appl_ids: Collection[int]) -> Mapping[int, Award]:
    """Return these awards by their numbers."""
    found = session.exec(select(Award).where(col(Award.appl_id).in_(appl_ids)))
    return {award.appl_id: award for award in found}
