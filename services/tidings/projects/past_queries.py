"""All SQL that reads what happened in a time that has passed."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from tidings.db.base import stored_id
from tidings.projects.canonicalise import Canonical
from tidings.projects.codec import unpack
from tidings.projects.models import (
    Award,
    Change,
    ChangeKind,
    Project,
    Purpose,
    Severity,
    Snapshot,
    Sweep,
    SweepState,
)
from tidings.projects.past import PastAward, Step
from tidings.projects.rows import ARRIVED

AT_ONCE = 500
"""Numbers in one statement."""

MOST_NAMED = 5000
"""Of more awards than this, all that happened is read and what does not matter passed over."""

ENDED: Any = func.coalesce(col(Sweep.finished_at), col(Sweep.started_at))
MATCHED: ColumnElement[datetime] = func.coalesce(col(Change.processed_at), ENDED)
"""When a change was matched; of one that still waits, when it can have been at the soonest."""


class Span(NamedTuple):
    """The time later than ``after`` and up to ``until``."""

    after: datetime
    until: datetime


class Happening(NamedTuple):
    """A change, by what decides whether a search is to look at its award."""

    at: datetime
    sweep_id: int
    project_id: int
    appl_id: int
    kind: ChangeKind
    severity: Severity


def watched_since(session: Session) -> datetime | None:
    """Return when the first sweep had come to a good end: what came later was news."""
    ended = select(func.min(col(Sweep.finished_at))).where(
        Sweep.state == SweepState.COMPLETE, Sweep.purpose != Purpose.RELEASE
    )
    return session.exec(ended).one()


def happenings(session: Session, span: Span, among: AbstractSet[int]) -> Iterator[Happening]:
    """Give the changes of these awards that were matched in that time.

    What the storm breaker holds, and sweeps that still run, have told nothing yet.
    """
    query = (
        select_columns(
            MATCHED,
            col(Change.sweep_id),
            col(Change.project_id),
            col(Change.appl_id),
            col(Change.kind),
            col(Change.severity),
        )
        .join(Sweep, col(Sweep.id) == col(Change.sweep_id))
        .where(*_matched_in(span))
        .order_by(col(Change.id))
    )
    pieces = _chosen(col(Change.appl_id), among) if len(among) <= MOST_NAMED else [()]
    for chosen in pieces:
        for row in session.connection().execute(query.where(*chosen)):
            if (happening := Happening(*row)).appl_id in among:
                yield happening


def moved_at(
    session: Session, span: Span, among: AbstractSet[int], fields: Collection[str]
) -> Mapping[int, list[datetime]]:
    """Return when each of these awards was seen with another value in one of these fields.

    In that time, oldest first, whether or not anybody was told; its coming counts as well.
    """
    query = (
        select_columns(col(Change.appl_id), col(Change.seen_at))
        .join(Sweep, col(Sweep.id) == col(Change.sweep_id))
        .where(
            ENDED > span.after,  # noqa: SIM300 - no constant; it leads to the index of sweeps
            col(Change.seen_at) > span.after,
            col(Change.seen_at) <= span.until,
            col(Change.field).in_((*sorted(fields), ARRIVED)),
        )
        .order_by(col(Change.seen_at))
    )
    found: defaultdict[int, list[datetime]] = defaultdict(list)
    pieces = _chosen(col(Change.appl_id), among) if len(among) <= MOST_NAMED else [()]
    for chosen in pieces:
        for appl_id, seen_at in session.connection().execute(query.where(*chosen)):
            found[appl_id].append(seen_at)
    return found


def changes_in(
    session: Session, span: Span, project_ids: Collection[int]
) -> list[tuple[datetime, Change]]:
    """Return the changes of these projects that were matched in that time, and when; by id."""
    query = (
        select(MATCHED, Change)
        .join(Sweep, col(Sweep.id) == col(Change.sweep_id))
        .where(*_matched_in(span))
    )
    found: list[tuple[datetime, Change]] = []
    for chosen in _chosen(col(Change.project_id), project_ids):
        found += session.exec(query.where(*chosen)).all()
    return sorted(found, key=lambda entry: stored_id(entry[1].id))


def past_awards(session: Session, appl_ids: Collection[int]) -> dict[int, PastAward]:
    """Return these awards with all their versions, by their numbers."""
    return {
        award.appl_id: award
        for chosen in _chosen(col(Award.appl_id), appl_ids)
        for award in _awards(session, chosen)
    }


def awards_of_projects(
    session: Session, project_ids: Collection[int]
) -> Mapping[int, list[PastAward]]:
    """Return all awards of these projects, with all their versions, by project."""
    found: defaultdict[int, list[PastAward]] = defaultdict(list)
    for chosen in _chosen(col(Award.project_id), project_ids):
        for award in _awards(session, chosen):
            found[award.project_id].append(award)
    return found


def awards_now(session: Session, appl_ids: Collection[int]) -> list[Canonical]:
    """Return the latest canonical forms of these awards."""
    query = select_columns(col(Award.body))
    return [
        unpack(body)
        for chosen in _chosen(col(Award.appl_id), appl_ids)
        for (body,) in session.connection().execute(query.where(*chosen))
    ]


def keys_of(session: Session, project_ids: Collection[int]) -> dict[int, str]:
    """Return what these projects are known by."""
    query = select_columns(col(Project.id), col(Project.key))
    return {
        stored_id(number): key
        for chosen in _chosen(col(Project.id), project_ids)
        for number, key in session.connection().execute(query.where(*chosen))
    }


def receipts(session: Session, sweep_ids: Collection[int]) -> list[dict[str, Any]]:
    """Return rows of these sweeps, with all that a letter says of them."""
    query = select_columns(
        col(Sweep.id),
        col(Sweep.purpose),
        col(Sweep.state),
        col(Sweep.examined),
        col(Sweep.new),
        col(Sweep.changed),
        col(Sweep.quarantined),
        col(Sweep.unexamined),
        col(Sweep.started_at),
        col(Sweep.finished_at),
    )
    return [
        dict(row)
        for chosen in _chosen(col(Sweep.id), sweep_ids)
        for row in session.connection().execute(query.where(*chosen)).mappings()
    ]


def _awards(session: Session, chosen: Sequence[ColumnElement[bool]]) -> Iterator[PastAward]:
    steps: defaultdict[int, list[Step]] = defaultdict(list)
    versions = (
        select_columns(
            col(Snapshot.appl_id),
            col(Snapshot.version),
            col(Snapshot.seen_at),
            col(Snapshot.content_hash),
            col(Snapshot.delta),
        )
        .join(Award, col(Award.appl_id) == col(Snapshot.appl_id))
        .where(*chosen)
        .order_by(col(Snapshot.appl_id), col(Snapshot.version).desc())
    )
    for row in session.connection().execute(versions):
        steps[row[0]].append(Step(*row[1:]))
    latest = select_columns(col(Award.appl_id), col(Award.project_id), col(Award.body))
    for appl_id, project_id, body in session.connection().execute(latest.where(*chosen)):
        yield PastAward(appl_id, project_id, body, steps[appl_id])


def _matched_in(span: Span) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on changes, joined with their sweeps."""
    processed = col(Change.processed_at)
    waited = and_(processed.is_(None), ENDED > span.after, ENDED <= span.until)  # noqa: SIM300 - no constant
    return (
        col(Change.held_at).is_(None),
        col(Sweep.state) != SweepState.RUNNING,
        or_(and_(processed > span.after, processed <= span.until), waited),
    )


def _chosen(column: Any, numbers: Collection[int]) -> Iterator[tuple[ColumnElement[bool], ...]]:
    """Give conditions that together name these numbers, some of them each."""
    ordered = sorted(numbers)
    for start in range(0, len(ordered), AT_ONCE):
        yield (column.in_(ordered[start : start + AT_ONCE]),)
