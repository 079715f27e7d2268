"""What a reading of papers, and who loads papers and trials, reads and writes."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select as select_columns
from sqlmodel import Session, col, delete, func, or_, select

from tidings.db.base import stored_id
from tidings.projects.models import (
    Award,
    Project,
    Publication,
    Purpose,
    Sweep,
    SweepPage,
    SweepState,
)
from tidings.projects.papers import Asked


def running_papers(session: Session) -> Sweep | None:
    """Return the reading of papers that is not at its end, if there is one."""
    query = select(Sweep).where(Sweep.state == SweepState.RUNNING, Sweep.purpose == Purpose.PAPERS)
    return session.exec(query.order_by(col(Sweep.id)).limit(1)).one_or_none()


def due_projects(
    session: Session, *, until: datetime, limit: int, among: Any = None
) -> Sequence[int]:
    """Return projects whose papers were last read until then, those never read first.

    ``among``, a query of ids, leaves only these. What has no core number cannot be asked for.
    """
    last = col(Project.papers_read_at)
    query = (
        select(Project.id)
        .where(
            or_(last.is_(None), last <= until),
            select(col(Award.appl_id))
            .where(col(Award.project_id) == col(Project.id), col(Award.core_project_num) != "")
            .exists(),
        )
        .order_by(last.is_not(None), last, col(Project.id))
        .limit(limit)
    )
    if among is not None:
        query = query.where(col(Project.id).in_(among))
    return [stored_id(found) for found in session.exec(query)]


def asked_of(session: Session, ids: Sequence[int]) -> list[Asked]:
    """Return these projects with their core numbers, in the order given."""
    query = (
        select_columns(col(Award.project_id), col(Award.core_project_num))
        .where(col(Award.project_id).in_(ids), col(Award.core_project_num) != "")
        .distinct()
        .order_by(col(Award.core_project_num))
    )
    numbers: defaultdict[int, list[str]] = defaultdict(list)
    for project_id, number in session.connection().execute(query):
        numbers[project_id].append(number)
    return [Asked(one, tuple(numbers[one])) for one in ids]


def requests_spent(session: Session, sweep_id: int) -> int:
    """Return how many pages a reading has got."""
    query = select(func.count()).select_from(SweepPage).where(col(SweepPage.sweep_id) == sweep_id)
    return session.exec(query).one()


def known_papers(session: Session, ids: Collection[int]) -> Mapping[int, set[int]]:
    """Return the papers stored for each of these projects."""
    query = select_columns(col(Publication.project_id), col(Publication.pmid))
    found: defaultdict[int, set[int]] = defaultdict(set)
    for project_id, pmid in session.connection().execute(
        query.where(col(Publication.project_id).in_(ids))
    ):
        found[project_id].add(pmid)
    return found


def drop_links(session: Session, project_id: int, pmids: Collection[int]) -> None:
    """Forget links that RePORTER has taken away."""
    if pmids:
        session.exec(
            delete(Publication).where(
                col(Publication.project_id) == project_id, col(Publication.pmid).in_(pmids)
            )
        )


def linked_pmids(session: Session, pmids: Collection[int]) -> set[int]:
    """Return those of these papers that are linked to a project."""
    linked = select(col(Publication.pmid)).where(col(Publication.pmid).in_(pmids))
    return set(session.exec(linked))


def projects_of_numbers(session: Session, numbers: Collection[str]) -> Mapping[str, set[int]]:
    """Return the projects that have awards with each of these core numbers."""
    number = col(Award.core_project_num)
    query = select_columns(number, col(Award.project_id)).where(number.in_(numbers)).distinct()
    found: defaultdict[str, set[int]] = defaultdict(set)
    for one, project_id in session.connection().execute(query):
        found[one].add(project_id)
    return found
