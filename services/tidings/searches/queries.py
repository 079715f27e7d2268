"""All SQL about saved searches, and the store that they look through."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from typing import Any

from sqlalchemy import or_
from sqlmodel import Session, col, select, update

from tidings.db.base import stored_id
from tidings.db.upsert import insert_ignore, insert_ignore_returning
from tidings.projects.models import Award, Change, ChangeKind, Project, Severity
from tidings.searches.models import Match, SavedSearch, Search
from tidings.subscribers.models import Cadence, EndedReason, Subscriber, SubscriberState

CHUNK = 200


def add_search(session: Session, canonical: str, name: str, *, now: datetime) -> Search:
    """Insert a search unless its canonical form is there; return it."""
    row = {"canonical": canonical, "hash": name, "created_at": now}
    insert_ignore(session, Search, [row])
    return session.exec(select(Search).where(Search.hash == name)).one()


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


def searches_to_match(
    session: Session, *, now: datetime
) -> Sequence[tuple[Search, Sequence[SavedSearch]]]:
    """Return each distinct search that somebody is to be told of, with who saved it.

    That leaves out what has ended, is paused or is muted, and readers without consent.
    """
    found: dict[int, tuple[Search, list[SavedSearch]]] = {}
    rows = session.exec(
        select(Search, SavedSearch)
        .join(SavedSearch, col(SavedSearch.search_id) == col(Search.id))
        .join(Subscriber, col(Subscriber.id) == col(SavedSearch.subscriber_id))
        .where(
            col(SavedSearch.ended_at).is_(None),
            SavedSearch.cadence != Cadence.PAUSED,
            or_(col(SavedSearch.muted_until).is_(None), col(SavedSearch.muted_until) <= now),
            Subscriber.state == SubscriberState.ACTIVE,
        )
        .order_by(col(Search.id), col(SavedSearch.id))
    )
    for search, saved in rows:
        found.setdefault(stored_id(search.id), (search, []))[1].append(saved)
    return list(found.values())


def all_live_searches(session: Session) -> Sequence[Search]:
    """Return each distinct search that somebody has saved and not ended, paused or not."""
    saved = select(SavedSearch.search_id).where(col(SavedSearch.ended_at).is_(None))
    return session.exec(select(Search).where(col(Search.id).in_(saved))).all()


def saved_by_ids(session: Session, ids: Collection[int], *, now: datetime) -> Sequence[SavedSearch]:
    """Return those of these saved searches that are live, neither paused nor muted."""
    return session.exec(
        select(SavedSearch).where(
            col(SavedSearch.id).in_(ids),
            col(SavedSearch.ended_at).is_(None),
            SavedSearch.cadence != Cadence.PAUSED,
            or_(col(SavedSearch.muted_until).is_(None), col(SavedSearch.muted_until) <= now),
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


def every_award(session: Session) -> Iterator[Award]:
    """Return every stored award, a few at a time."""
    statement = select(Award).order_by(col(Award.appl_id)).execution_options(yield_per=CHUNK)
    with closing(session.exec(statement)) as rows:  # a reader may stop midway
        yield from rows


def standing_awards(session: Session, *, limit: int) -> Iterator[tuple[Project, Award]]:
    """Return projects, the last changed first, with the award that speaks for each."""
    statement = (
        select(Project, Award)
        .join(Award, col(Award.appl_id) == col(Project.current_appl_id))
        .order_by(col(Project.last_changed_at).desc(), col(Project.id).desc())
        .limit(limit)
        .execution_options(yield_per=CHUNK)
    )
    with closing(session.exec(statement)) as rows:  # a reader may stop midway
        yield from rows


def kinds_of(session: Session, appl_ids: Collection[int]) -> Mapping[int, set[ChangeKind]]:
    """Return the kinds of change that each of these awards has seen and that are told of."""
    found: dict[int, set[ChangeKind]] = {}
    rows = session.exec(
        select(col(Change.appl_id), col(Change.kind))
        .where(col(Change.appl_id).in_(appl_ids), Change.severity != Severity.QUIET)
        .distinct()
    )
    for appl_id, kind in rows:
        found.setdefault(appl_id, set()).add(kind)
    return found
