"""SQL of what the public may read of changes and days: feeds, calendars, the ledger."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from tidings.db.base import stored_id
from tidings.projects.ledger import Entry, Place
from tidings.projects.models import Award, Change, ChangeKind, Project, Severity, Sweep

RELEASED = (col(Change.held_at).is_(None), col(Sweep.ledger_no).is_not(None))
"""What the storm breaker holds, and what a sweep found that still runs, is not out yet."""


class Sought(NamedTuple):
    """Which changes of the ledger are asked for; nothing named is all but the cosmetic ones."""

    kinds: Collection[ChangeKind] = ()
    severities: Collection[Severity] = ()
    since: datetime | None = None
    cosmetic: bool = False


ALL_TOLD = Sought()


class Speaking(NamedTuple):
    """A project, the award that speaks for it, and how many versions all of its awards have."""

    project: Project
    award: Award
    versions: int


def news_of(
    session: Session, project_id: int, *, before: int | None, limit: int
) -> list[tuple[Change, datetime | None]]:
    """Return what is told of a project and when it came out, newest first.

    ``before`` leaves out the change with that id and all later ones.
    """
    query = (
        select(Change, Sweep.finished_at)
        .join(Sweep, col(Sweep.id) == col(Change.sweep_id))
        .where(Change.project_id == project_id, col(Change.severity) != Severity.QUIET, *RELEASED)
        .order_by(col(Change.id).desc())
    )
    if before is not None:
        query = query.where(col(Change.id) < before)
    return list(session.exec(query.limit(limit)))


def speaking(session: Session, project_ids: Collection[int]) -> list[Speaking]:
    """Return these projects, by key, each with the award that speaks for it."""
    total = func.sum(Award.version).label("versions")
    counted = (
        select_columns(col(Award.project_id), total)
        .where(col(Award.project_id).in_(project_ids))
        .group_by(col(Award.project_id))
        .subquery()
    )
    rows = session.exec(
        select(Project, Award, counted.c.versions)
        .join(Award, col(Award.appl_id) == col(Project.current_appl_id))
        .join(counted, counted.c.project_id == col(Project.id))
        .order_by(col(Project.key))
    )
    return [Speaking(project, award, int(versions)) for project, award, versions in rows]


def ledger_places(
    session: Session, after: Place, *, limit: int, sought: Sought = ALL_TOLD
) -> list[Place]:
    """Return the places of the next changes, in order; those of a sweep come once it has ended."""
    query = (
        select_columns(col(Sweep.ledger_no), col(Change.id))
        .join(Sweep, col(Sweep.id) == col(Change.sweep_id))
        .where(*RELEASED, *_after(after), *_asked(sought))
        .order_by(col(Sweep.ledger_no), col(Change.id))
        .limit(limit)
    )
    return [Place(*row) for row in session.connection().execute(query)]


def ledger_entries(session: Session, places: Sequence[Place]) -> list[Entry]:
    """Return the changes at these places, in their order."""
    rows = session.exec(
        select(Sweep.ledger_no, Project.key, Change)
        .join(Sweep, col(Sweep.id) == col(Change.sweep_id))
        .join(Project, col(Project.id) == col(Change.project_id))
        .where(col(Change.id).in_([place.change_id for place in places]))
        .order_by(col(Sweep.ledger_no), col(Change.id))
    )
    return [Entry(Place(no or 0, stored_id(change.id)), key, change) for no, key, change in rows]


def _after(place: Place) -> tuple[ColumnElement[bool], ...]:
    no = col(Sweep.ledger_no)
    rest = and_(no == place.no, col(Change.id) > place.change_id)
    return (no >= place.no, or_(no > place.no, rest))  # the first leads to the index


def _asked(sought: Sought) -> tuple[ColumnElement[bool], ...]:
    asked: list[ColumnElement[bool]] = []
    if not sought.cosmetic:
        asked.append(col(Change.kind) != ChangeKind.COSMETIC)
    if sought.kinds:
        asked.append(col(Change.kind).in_(sought.kinds))
    if sought.severities:
        asked.append(col(Change.severity).in_(sought.severities))
    if sought.since is not None:
        asked.append(col(Change.seen_at) >= sought.since)
    return tuple(asked)
