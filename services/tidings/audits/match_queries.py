"""All SQL of the match audit about what searches should have found."""

from collections import defaultdict
from collections.abc import Collection, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from tidings.audits.promises import Subscription
from tidings.projects.models import Award, Change, Project, Snapshot, Sweep, SweepState
from tidings.searches.models import Match, SavedSearch
from tidings.subscribers.models import Subscriber

CHUNK = 500


@dataclass(frozen=True)
class Progress:
    """How far the changes of some awards have come.

    ``last_at`` is when the last of them was matched; ``waits`` says what the rest waits for.
    """

    last_at: datetime | None
    waits: str = ""


def award_count(session: Session) -> int:
    """Return how many awards are stored."""
    return session.exec(select(func.count()).select_from(Award)).one()


def nth_award(session: Session, number: int) -> int:
    """Return the award that so many others stand before."""
    query = select(col(Award.appl_id)).order_by(col(Award.appl_id)).offset(number).limit(1)
    return session.exec(query).one_or_none() or 0


def awards_from(session: Session, first: int) -> Generator[Award]:
    """Return every stored award once, beginning with ``first``, a few at a time."""
    for condition in (col(Award.appl_id) >= first, col(Award.appl_id) < first):
        query = select(Award).where(condition).order_by(col(Award.appl_id))
        with closing(session.exec(query.execution_options(yield_per=CHUNK))) as rows:
            yield from rows  # a reader may stop midway


def matched_projects(session: Session, search_ids: Collection[int]) -> Mapping[int, set[int]]:
    """Return the projects that each of these searches has found."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    query = select(col(Match.search_id), col(Match.project_id)).where(
        col(Match.search_id).in_(search_ids)
    )
    for search_id, project_id in session.exec(query):
        found[search_id].add(project_id)
    return found


def savers(session: Session, search_ids: Collection[int]) -> Mapping[int, list[Subscription]]:
    """Return the live saved searches of each of these searches."""
    found: defaultdict[int, list[Subscription]] = defaultdict(list)
    rows = session.exec(
        select(SavedSearch, col(Subscriber.state))
        .join(Subscriber, col(Subscriber.id) == col(SavedSearch.subscriber_id))
        .where(col(SavedSearch.search_id).in_(search_ids), col(SavedSearch.ended_at).is_(None))
        .order_by(col(SavedSearch.id))
    )
    for saved, consent in rows:
        found[saved.search_id].append(
            Subscription(
                saved.subscriber_id,
                saved.cadence,
                saved.muted_until,
                consent,
                since=saved.created_at,
                saved_search_id=saved.id,
                by_kind=saved.cadence_by_kind,
                threshold=saved.threshold,
            )
        )
    return found


def progress(session: Session, appl_ids: Collection[int]) -> Mapping[int, Progress]:
    """Return for each of these awards how far its changes have come."""
    running = select(col(Snapshot.appl_id)).join(Sweep, col(Sweep.id) == col(Snapshot.sweep_id))
    being_read = set(
        session.exec(
            running.where(col(Snapshot.appl_id).in_(appl_ids), Sweep.state == SweepState.RUNNING)
        )
    )
    found = {one: Progress(None, "being read") for one in being_read}
    query = select(col(Change.appl_id), col(Change.processed_at), col(Change.held_at)).where(
        col(Change.appl_id).in_(appl_ids)
    )
    for appl_id, processed_at, held_at in session.exec(query):
        known = found.get(appl_id, Progress(None))
        waits = "" if processed_at else "held by the storm breaker" if held_at else "to be matched"
        moments = [one for one in (known.last_at, processed_at) if one is not None]
        found[appl_id] = Progress(max(moments, default=None), known.waits or waits)
    return found


def keys_of(session: Session, project_ids: Collection[int]) -> Mapping[int, str]:
    """Return what these projects are known by."""
    query = select(Project).where(col(Project.id).in_(project_ids))
    return {project.id: project.key for project in session.exec(query) if project.id is not None}
