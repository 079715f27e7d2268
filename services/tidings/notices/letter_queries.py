"""What letters are written from: the rows behind a batch of deliveries, each table read once."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from sqlalchemy import func
from sqlmodel import Session, col, select

from tidings.db.base import Table, stored_id
from tidings.delivery.models import Delivery, Endpoint
from tidings.notices.models import DigestRun, Notice, NoticeState
from tidings.projects.models import Award, Change, Project, Purpose, Sweep, SweepState
from tidings.searches.models import Match, SavedSearch
from tidings.subscribers.models import Follow, Subscriber, Token
from tidings.upkeep.models import Brake

WHOLE = (Purpose.WEEKLY, Purpose.BACKFILL, Purpose.RECONCILE)
"""Sweeps that read all of the scope."""

REMEMBERED = timedelta(days=400)
"""How far back a letter looks for the last time that RePORTER was read."""

Row = TypeVar("Row", bound=Table)


class Told(NamedTuple):
    """A notice, with its project and the award that speaks for it as they stand now."""

    notice: Notice
    project: Project
    award: Award


class Reading(NamedTuple):
    """A sweep that read all of the scope, by its number."""

    sweep_id: int
    started_at: datetime
    finished_at: datetime


def notices_of(session: Session, delivery_ids: Collection[int]) -> Mapping[int, Sequence[Told]]:
    """Return the notices that each delivery tells.

    Ordered by what happened, sweep by sweep, and not by when its row was written.
    """
    notices = session.exec(
        select(Notice)
        .where(col(Notice.delivery_id).in_(delivery_ids))
        .order_by(col(Notice.sweep_id), col(Notice.project_id))
    ).all()
    # A study stands in many digests of a batch: read once, and not with each of its notices.
    projects = _by_id(
        session.exec(
            select(Project).where(col(Project.id).in_({one.project_id for one in notices}))
        )
    )
    speaking = {one.current_appl_id for one in projects.values()}
    rows = session.exec(select(Award).where(col(Award.appl_id).in_(speaking)))
    awards = {award.appl_id: award for award in rows}
    found: defaultdict[int, list[Told]] = defaultdict(list)
    for notice in notices:
        project = projects[notice.project_id]
        if (award := awards.get(project.current_appl_id)) is not None:
            found[stored_id(notice.delivery_id)].append(Told(notice, project, award))
    return found


def readers_of(session: Session, ids: Collection[int]) -> dict[int, Subscriber]:
    """Return these subscribers by id."""
    return _by_id(session.exec(select(Subscriber).where(col(Subscriber.id).in_(ids))))


def runs_of(session: Session, delivery_ids: Collection[int]) -> dict[int, DigestRun]:
    """Return the digest run that each delivery was composed for, by delivery."""
    rows = session.exec(select(DigestRun).where(col(DigestRun.delivery_id).in_(delivery_ids)))
    return {stored_id(run.delivery_id): run for run in rows}


def changes_told(session: Session, ids: Collection[int]) -> dict[int, Change]:
    """Return these changes by id."""
    return _by_id(session.exec(select(Change).where(col(Change.id).in_(ids))))


def saved_searches(session: Session, ids: Collection[int]) -> dict[int, SavedSearch]:
    """Return these saved searches by id."""
    return _by_id(session.exec(select(SavedSearch).where(col(SavedSearch.id).in_(ids))))


def sweeps_told(session: Session, ids: Collection[int]) -> dict[int, Sweep]:
    """Return these sweeps by id."""
    return _by_id(session.exec(select(Sweep).where(col(Sweep.id).in_(ids))))


def readings_until(session: Session, moment: datetime) -> Sequence[Reading]:
    """Return the whole readings of RePORTER in the year or so before a moment, oldest first."""
    rows = session.exec(
        select(col(Sweep.id), col(Sweep.started_at), col(Sweep.finished_at))
        .where(
            col(Sweep.state) == SweepState.COMPLETE,
            col(Sweep.purpose).in_(WHOLE),
            col(Sweep.finished_at).between(moment - REMEMBERED, moment),
        )
        .order_by(col(Sweep.finished_at))
    )
    return [
        Reading(stored_id(number), started, finished)
        for number, started, finished in rows
        if finished is not None
    ]


def told_earlier(
    session: Session, subscriber_ids: Collection[int], project_ids: Collection[int]
) -> Sequence[tuple[Notice, datetime]]:
    """Return what these readers were told of these projects, and when, oldest first."""
    rows = session.exec(
        select(Notice, col(Delivery.sent_at))
        .join(Delivery, col(Delivery.id) == col(Notice.delivery_id))
        .where(
            col(Notice.subscriber_id).in_(subscriber_ids),
            col(Notice.project_id).in_(project_ids),
            col(Notice.state) == NoticeState.TOLD,
            col(Delivery.sent_at).is_not(None),
        )
        .order_by(col(Delivery.sent_at))
    )
    return [(notice, sent_at) for notice, sent_at in rows if sent_at is not None]


def tokens_by_hash(session: Session, hashes: Collection[str]) -> dict[str, Token]:
    """Return these tokens by their hashes; locks none."""
    rows = session.exec(select(Token).where(col(Token.token_hash).in_(hashes)))
    return {token.token_hash: token for token in rows}


def projects_by_keys(session: Session, keys: Collection[str]) -> dict[str, Project]:
    """Return these projects by their keys."""
    wanted = {key.strip().upper() for key in keys}
    rows = session.exec(select(Project).where(col(Project.key).in_(wanted)))
    return {project.key: project for project in rows}


def endpoints_told(session: Session, ids: Collection[int]) -> dict[int, Endpoint]:
    """Return these endpoints by id."""
    return _by_id(session.exec(select(Endpoint).where(col(Endpoint.id).in_(ids))))


def brake_now(session: Session, name: str) -> Brake | None:
    """Return the brake of this name if it is pulled."""
    return session.get(Brake, name)


def follows_with_studies(
    session: Session, subscriber_id: int
) -> Sequence[tuple[Follow, Project, Award]]:
    """Return what a reader follows, oldest first."""
    return session.exec(
        select(Follow, Project, Award)
        .join(Project, col(Project.id) == col(Follow.project_id))
        .join(Award, col(Award.appl_id) == col(Project.current_appl_id))
        .where(col(Follow.subscriber_id) == subscriber_id, col(Follow.ended_at).is_(None))
        .order_by(col(Follow.id))
    ).all()


def count_watched(session: Session, subscriber_id: int) -> tuple[int, int]:
    """Return how many studies a reader follows, and how many searches they have saved."""
    follows, searches = (
        session.exec(
            select(func.count())
            .select_from(table)
            .where(table.subscriber_id == subscriber_id, col(table.ended_at).is_(None))
        ).one()
        for table in (Follow, SavedSearch)
    )
    return follows, searches


def count_matches(session: Session, search_id: int) -> int:
    """Return how many projects a search has found."""
    matches = select(func.count()).select_from(Match).where(col(Match.search_id) == search_id)
    return session.exec(matches).one()


def newest_matches(
    session: Session, search_id: int, *, most: int
) -> Sequence[tuple[Project, Award]]:
    """Return the studies that a search has found which began last, newest first."""
    return session.exec(
        select(Project, Award)
        .join(Match, col(Match.project_id) == col(Project.id))
        .join(Award, col(Award.appl_id) == col(Project.current_appl_id))
        .where(col(Match.search_id) == search_id)
        .order_by(col(Award.project_start_on).desc().nulls_last(), col(Project.id).desc())
        .limit(most)
    ).all()


def _by_id(rows: Iterable[Row]) -> dict[int, Row]:
    return {stored_id(getattr(row, "id", None)): row for row in rows}
