"""All SQL that turns changes into notices."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import structlog
from sqlalchemy import func, tuple_
from sqlmodel import Session, col, select, update

from tidings.db.upsert import insert_ignore_returning
from tidings.delivery.endpoint_queries import owners_of_live
from tidings.notices.grouping import Draft, merge
from tidings.notices.models import Notice, NoticeState
from tidings.notices.reasons import REASONS
from tidings.projects.models import SEVERITY_ORDER, Change, Sweep, SweepState
from tidings.subscribers.models import CADENCE_ORDER

log = structlog.get_logger()

TELLING = (NoticeState.WAITING, NoticeState.HELD, NoticeState.BUNDLED, NoticeState.TOLD)


def waiting_changes(session: Session, *, limit: int) -> Sequence[Change]:
    """Return changes that nobody looked at yet, oldest sweep first, and keep others from them.

    All that happened to a project in a sweep comes at once, so ``limit`` may be passed a little.
    What the storm breaker holds, and sweeps that still run, stay where they are.
    """
    waiting = (col(Change.processed_at).is_(None), col(Change.held_at).is_(None))
    ended = select(col(Sweep.id)).where(Sweep.state != SweepState.RUNNING)
    pairs = session.exec(
        select(col(Change.sweep_id), col(Change.project_id))
        .where(*waiting, col(Change.sweep_id).in_(ended))
        .order_by(col(Change.sweep_id), col(Change.project_id))
        .limit(limit)
    ).all()
    whole = tuple_(col(Change.sweep_id), col(Change.project_id)).in_(sorted(set(pairs)))
    return session.exec(
        select(Change)
        .where(*waiting, whole)
        .order_by(col(Change.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def mark_processed(session: Session, ids: Collection[int], *, now: datetime) -> None:
    """Note that all who are to be told of these changes have their notices."""
    session.exec(update(Change).where(col(Change.id).in_(ids)).values(processed_at=now))


def matched_up_to(session: Session) -> int:
    """Return the last change before the first that nobody looked at yet."""
    waiting = (col(Change.processed_at).is_(None), col(Change.held_at).is_(None))
    waits = select(func.min(col(Change.id))).where(*waiting)
    first = session.exec(waits).one()
    last = session.exec(select(func.max(col(Change.id)))).one() or 0
    return last if first is None else first - 1


def match_again(session: Session, *, after: int) -> None:
    """Let the changes after this one be looked at again; a notice that is there stays one.

    Waits for whoever looks at them at this moment.
    """
    later = col(Change.id) > after
    session.exec(
        select(col(Change.id)).where(later).order_by(col(Change.id)).with_for_update()
    ).all()
    session.exec(update(Change).where(later).values(processed_at=None))


def notices_telling(session: Session, project_ids: Collection[int]) -> Sequence[Notice]:
    """Return what readers were told of these projects, or are about to be."""
    return session.exec(
        select(Notice).where(
            col(Notice.project_id).in_(project_ids), col(Notice.state).in_(TELLING)
        )
    ).all()


def add_notices(session: Session, drafts: Sequence[Draft], *, now: datetime) -> int:
    """Insert a notice for each draft, or add it to the one that waits; return how many are new.

    One of a reader with endpoints waits for its calls, too.
    """
    callers = owners_of_live(session)
    rows = [
        {
            **draft.concern._asdict(),
            "severity": draft.severity,
            "cadence": draft.cadence,
            "reasons": REASONS.dump_python(draft.reasons, mode="json"),
            "calls_waiting": draft.concern.subscriber_id in callers,
            "created_at": now,
        }
        for draft in drafts
    ]
    concern = (col(Notice.subscriber_id), col(Notice.project_id), col(Notice.sweep_id))
    new = {tuple(row) for row in insert_ignore_returning(session, Notice, rows, *concern)}
    _add_to_known(session, (draft for draft in drafts if tuple(draft.concern) not in new))
    return len(new)


def _add_to_known(session: Session, drafts: Iterable[Draft]) -> None:
    for draft in drafts:
        notice = session.exec(
            select(Notice).filter_by(**draft.concern._asdict()).with_for_update()
        ).one()
        known = REASONS.validate_python(notice.reasons)
        reasons = merge((*known, *draft.reasons))
        if reasons == known:
            continue
        if notice.state is not NoticeState.WAITING:  # its mail is written: it cannot be in there
            log.error("notice.late", notice_id=notice.id, state=notice.state)
            continue
        notice.reasons = REASONS.dump_python(reasons, mode="json")
        notice.severity = min(notice.severity, draft.severity, key=SEVERITY_ORDER.index)
        notice.cadence = min(notice.cadence, draft.cadence, key=CADENCE_ORDER.index)
