"""What a sweep reads and writes."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, false, true
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel import Session, and_, col, func, or_, select, update

from tidings.db.base import stored_id
from tidings.projects.identity import Standing
from tidings.projects.models import (
    Award,
    Change,
    ChangeKind,
    Project,
    Purpose,
    Quarantine,
    Severity,
    Sweep,
    SweepPage,
    SweepState,
)
from tidings.projects.stored import StoredAward
from tidings.projects.verdict import PastChange
from tidings.reporter.criteria import Criteria
from tidings.reporter.paging import PAGE, PageSeen


def sweep_locked(session: Session, sweep_id: int) -> Sweep:
    """Return a sweep, read afresh, that nobody else writes until the transaction ends."""
    return session.get_one(Sweep, sweep_id, with_for_update=True, populate_existing=True)


def end_sweep(session: Session, sweep: Sweep, state: SweepState, *, now: datetime) -> None:
    """End a locked sweep, and give it its place in the public ledger."""
    sweep.state, sweep.finished_at = state, now
    if sweep.ledger_no is None:
        sweep.ledger_no = next_ledger_no(session)


def next_ledger_no(session: Session) -> int:
    """Return the number of the sweep that ends next, and let no other end meanwhile.

    Whoever ends a sweep holds the row of the first one until its transaction is over. So a number
    is seen by others only when all smaller ones are, and a reader of the ledger skips none.
    """
    first = select(col(Sweep.id)).order_by(col(Sweep.id)).limit(1)
    session.exec(first.with_for_update(key_share=True)).one_or_none()
    return (session.exec(select(func.max(col(Sweep.ledger_no)))).one() or 0) + 1


def running_sweep(session: Session) -> Sweep | None:
    """Return the sweep that is not at its end, if there is one; a reading of papers is none."""
    query = select(Sweep).where(Sweep.state == SweepState.RUNNING, Sweep.purpose != Purpose.PAPERS)
    return session.exec(query.order_by(col(Sweep.id)).limit(1)).one_or_none()


def started_since(session: Session, moment: datetime) -> bool:
    """Say whether a sweep of the whole scope was started at or after ``moment``."""
    whole = col(Sweep.purpose).in_((Purpose.WEEKLY, Purpose.BACKFILL))
    query = select(col(Sweep.id)).where(whole, col(Sweep.started_at) >= moment)
    return session.exec(query.limit(1)).first() is not None


def ended_sweeps(session: Session, *, limit: int = 50) -> Sequence[Sweep]:
    """Return the sweeps of records that ended complete or held, newest first."""
    ended = col(Sweep.state).in_((SweepState.COMPLETE, SweepState.HELD))
    query = select(Sweep).where(ended, Sweep.purpose != Purpose.PAPERS)
    return session.exec(query.order_by(col(Sweep.id).desc()).limit(limit)).all()


def last_complete_at(session: Session) -> datetime | None:
    """Return when the last sweep of records that came to a good end was started."""
    query = select(col(Sweep.started_at)).where(
        Sweep.state == SweepState.COMPLETE,
        col(Sweep.purpose).not_in((Purpose.RELEASE, Purpose.PAPERS)),
    )
    return session.exec(query.order_by(col(Sweep.id).desc()).limit(1)).one_or_none()


def ids_seen(session: Session, sweep_id: int) -> set[int]:
    """Return the awards that a sweep's pages name."""
    query = select(col(SweepPage.appl_ids)).where(SweepPage.sweep_id == sweep_id)
    return {appl_id for page in session.exec(query) for appl_id in page}


def has_nameless(session: Session, sweep_id: int) -> bool:
    """Say whether a sweep got a record that it could not read, and whose number it cannot tell."""
    query = select(Quarantine.id).where(
        Quarantine.sweep_id == sweep_id, col(Quarantine.appl_id).is_(None)
    )
    return session.exec(query.limit(1)).first() is not None


def ids_quarantined(session: Session, sweep_id: int) -> set[int]:
    """Return the awards of which a sweep got a record that it could not read."""
    query = select(col(Quarantine.appl_id)).where(Quarantine.sweep_id == sweep_id)
    return {appl_id for appl_id in session.exec(query) if appl_id is not None}


def pages_seen(session: Session, sweep_id: int) -> Mapping[str, list[PageSeen]]:
    """Return for each partition what its pages said, in the order in which they were read.

    A page that was not believed counts as if it had been as long as it should.
    """
    query = (
        select_columns(
            col(SweepPage.partition),
            col(SweepPage.offset),
            col(SweepPage.total),
            col(SweepPage.expected),
            col(SweepPage.appl_ids),
        )
        .where(col(SweepPage.sweep_id) == sweep_id)
        .order_by(col(SweepPage.id))
    )
    found: defaultdict[str, list[PageSeen]] = defaultdict(list)
    for partition, offset, total, expected, ids in session.connection().execute(query):
        # Where a row had no number, or one stood there twice, the edges are not known for sure.
        edges = (ids[0], ids[-1]) if ids and len(ids) == expected else (None, None)
        found[partition].append(PageSeen(offset, PAGE, total, expected, *edges))
    return found


def has_page(session: Session, sweep_id: int, partition: str, offset: int) -> bool:
    """Say whether this page counts already."""
    query = select(SweepPage.id).where(
        SweepPage.sweep_id == sweep_id, SweepPage.partition == partition, SweepPage.offset == offset
    )
    return session.exec(query).first() is not None


def stored_awards(session: Session, appl_ids: Collection[int]) -> dict[int, StoredAward]:
    """Return those of these awards that are stored."""
    found = _stored(session, col(Award.appl_id).in_(appl_ids))
    return {award.appl_id: award for award in found}


def _stored(session: Session, condition: ColumnElement[bool]) -> list[StoredAward]:
    query = select_columns(
        col(Award.appl_id),
        col(Award.project_id),
        col(Award.version),
        col(Award.content_hash),
        col(Award.body),
        col(Award.absent_since),
        col(Award.missing_since),
    ).where(condition)
    return [StoredAward(*row) for row in session.connection().execute(query)]


def project_ids(session: Session, keys: Collection[str]) -> dict[str, int]:
    """Return the ids of those of these projects that are stored."""
    query = select_columns(col(Project.key), col(Project.id)).where(col(Project.key).in_(keys))
    return {key: stored_id(found) for key, found in session.connection().execute(query)}


def projects_by_ids(session: Session, ids: Collection[int]) -> Sequence[Project]:
    """Return these projects."""
    return session.exec(select(Project).where(col(Project.id).in_(ids))).all()


def standings(session: Session, ids: Collection[int]) -> dict[int, dict[int, Standing]]:
    """Return for each of these projects its awards' standings, by appl_id."""
    query = select_columns(
        col(Award.project_id),
        col(Award.appl_id),
        col(Award.project_num),
        col(Award.fiscal_year),
        col(Award.award_type),
        col(Award.subproject_id),
    ).where(col(Award.project_id).in_(ids))
    found: defaultdict[int, dict[int, Standing]] = defaultdict(dict)
    for project_id, appl_id, number, year, kind, part in session.connection().execute(query):
        found[project_id][appl_id] = Standing(appl_id, number, year, kind, part)
    return found


def past_changes(session: Session, appl_ids: Collection[int]) -> Mapping[int, list[PastChange]]:
    """Return the bad news of each of these awards that was let through and not undone since."""
    undoing = aliased(Change)
    query = (
        select(Change)
        .where(
            col(Change.appl_id).in_(appl_ids),
            col(Change.kind).in_(
                (
                    ChangeKind.AMOUNT_CHANGED,
                    ChangeKind.END_CUT,
                    ChangeKind.SHORTENED,
                    ChangeKind.WENT_INACTIVE,
                )
            ),
            col(Change.held_at).is_(None),
            ~select(undoing.id).where(undoing.reverses_id == Change.id).exists(),
        )
        .order_by(col(Change.id))
    )
    found: defaultdict[int, list[PastChange]] = defaultdict(list)
    for row in session.exec(query):
        found[row.appl_id].append(
            PastChange(stored_id(row.id), row.kind, row.severity, row.field, row.before, row.after)
        )
    return found


def update_awards(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write these columns of these awards, each row with its appl_id."""
    if rows:
        session.exec(update(Award), params=[dict(row) for row in rows])


def clear_absences(session: Session, appl_ids: Collection[int]) -> None:
    """Forget that these awards were absent."""
    if appl_ids:
        session.exec(
            update(Award)
            .where(col(Award.appl_id).in_(appl_ids))
            .values(absent_since=None, absent_sweeps=0)
        )


def covered_ids(session: Session, scope: Sequence[Criteria]) -> set[int]:
    """Return the stored awards that a complete reading of ``scope`` has to bring."""
    covered = [condition for criteria in scope if (condition := _covers(criteria)) is not None]
    if not covered:
        return set()
    return set(session.exec(select(col(Award.appl_id)).where(or_(*covered))))


def core_numbers(
    session: Session, ids: Collection[int], *, outside: Sequence[Criteria]
) -> Sequence[str]:
    """Return the core numbers of the awards of these projects that lie outside a scope."""
    covered = [condition for criteria in outside if (condition := _covers(criteria)) is not None]
    query = select(col(Award.core_project_num)).where(
        col(Award.project_id).in_(ids), Award.core_project_num != "", ~or_(false(), *covered)
    )
    return session.exec(query.distinct().order_by(col(Award.core_project_num))).all()


def _covers(criteria: Criteria) -> ColumnElement[bool] | None:
    """Return the condition on awards that criteria make; None when our columns cannot tell."""
    judged: dict[str, ColumnElement[bool]] = {
        "appl_ids": col(Award.appl_id).in_(criteria.appl_ids),
        "project_nums": col(Award.core_project_num).in_(criteria.project_nums),
        "fiscal_years": col(Award.fiscal_year).in_(criteria.fiscal_years),
        "agencies": col(Award.institute).in_(criteria.agencies),
        "org_states": col(Award.state).in_(criteria.org_states),
        "exclude_subprojects": col(Award.subproject_id).is_(None),
    }
    asked = criteria.wire().keys() - {"include_active_projects"}
    if not asked <= judged.keys():
        return None
    if criteria.include_active_projects and "fiscal_years" in asked:
        judged["fiscal_years"] = or_(judged["fiscal_years"], col(Award.is_active))
    return and_(true(), *(judged[name] for name in sorted(asked)))


def absent_awards(session: Session, *, until: datetime) -> Sequence[StoredAward]:
    """Return the awards that are absent since then or longer and not called missing yet."""
    return [
        award
        for award in _stored(session, col(Award.absent_since) <= until)
        if award.missing_since is None
    ]


def note_absences(session: Session, appl_ids: Collection[int], *, now: datetime) -> None:
    """Note that one more complete sweep did not see these awards."""
    if appl_ids:
        session.connection().execute(
            update(Award)
            .where(col(Award.appl_id) == bindparam("absent_id"))
            .values(
                absent_since=func.coalesce(col(Award.absent_since), now),
                absent_sweeps=col(Award.absent_sweeps) + 1,
            ),
            [{"absent_id": appl_id} for appl_id in sorted(appl_ids)],
        )


def waiting_changes(session: Session, sweep_id: int) -> int:
    """Return how many changes of a sweep flows.match_changes has to look at."""
    query = select(func.count()).where(
        col(Change.sweep_id) == sweep_id,
        col(Change.processed_at).is_(None),
        col(Change.held_at).is_(None),
    )
    return session.exec(query).one()


def storms(session: Session, sweep_id: int, *, least: int) -> Sequence[tuple[str, ChangeKind, int]]:
    """Return the (field, kind) that a sweep would tell of at least so many awards, and how many."""
    count = func.count(func.distinct(col(Change.appl_id)))
    query = (
        select(col(Change.field), col(Change.kind), count)
        .where(
            Change.sweep_id == sweep_id,
            Change.severity != Severity.QUIET,
            col(Change.held_at).is_(None),
        )
        .group_by(col(Change.field), col(Change.kind))
        .having(count >= least)
    )
    return session.exec(query).all()


def hold(session: Session, sweep_id: int, field: str, kind: ChangeKind, *, now: datetime) -> None:
    """Hold a sweep's changes of this field and kind."""
    session.exec(
        update(Change)
        .where(
            col(Change.sweep_id) == sweep_id, col(Change.field) == field, col(Change.kind) == kind
        )
        .values(held_at=now)
    )


def release(session: Session, sweep_id: int, *, into: int) -> int:
    """Move a sweep's held changes to another sweep and let them go; return how many."""
    released = session.exec(
        update(Change)
        .where(col(Change.sweep_id) == sweep_id, col(Change.held_at).is_not(None))
        .values(sweep_id=into, held_at=None)
    )
    return released.rowcount
