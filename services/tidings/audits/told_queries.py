"""All SQL of the match audit about what readers should be told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, null
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, func, or_, select

from tidings.audits.chains import FollowSpan
from tidings.audits.promises import Standing, Subscription
from tidings.delivery.models import Delivery
from tidings.notices.models import DigestRun, DigestRunState, Notice, NoticeState
from tidings.notices.reasons import REASONS
from tidings.projects.models import Change, ChangeKind, Severity
from tidings.searches.models import Match, SavedSearch
from tidings.subscribers.models import Cadence, EndedReason, Follow, Subscriber

CHUNK = 500
Again = Mapping[tuple[int, Cadence], datetime]
"""When a reader's last digest of a cadence ended, where it may be lost."""

NOTICE = (
    col(Notice.state),
    col(Notice.cadence),
    col(Notice.created_at),
    col(Notice.reasons),
    col(Notice.skipped_reason),
    col(Notice.may_repeat),
    col(Delivery.state),
    col(Delivery.due_at),
)

CHANGE = (col(Change.kind), col(Change.severity), col(Change.before), col(Change.after))


@dataclass(frozen=True)
class Expected:
    """Something that a reader is to be told, with the notice of it if there is one.

    It is what a search found (``search_id``) or what changed (``change_id``), at a time;
    ``changes`` are those that it is to be told for, none for a find.
    """

    subscription: Subscription
    project_id: int
    sweep_id: int
    at: datetime
    search_id: int | None = None
    change_id: int | None = None
    standing: Standing | None = None
    changes: Sequence[Change] = ()


def waiting_again(session: Session) -> Again:
    """Return when the last digest ended for readers some of whose notices wait once more."""
    repeated = select(col(Notice.subscriber_id)).where(
        col(Notice.may_repeat), Notice.state == NoticeState.WAITING
    )
    rows = session.exec(
        select(
            col(DigestRun.subscriber_id),
            col(DigestRun.cadence),
            func.max(col(DigestRun.period_end)),
        )
        .where(
            DigestRun.state != DigestRunState.STARTED, col(DigestRun.subscriber_id).in_(repeated)
        )
        .group_by(col(DigestRun.subscriber_id), col(DigestRun.cadence))
    )
    return {(subscriber_id, cadence): last for subscriber_id, cadence, last in rows}


def expected_news(session: Session, again: Again) -> Iterator[Expected]:
    """Return each find that was news, for each live saved search that was there before it."""
    query = (
        _expectations(SavedSearch, Match, at=col(Match.matched_at))
        .add_columns(col(SavedSearch.id), null(), col(Match.search_id), null())
        .join(SavedSearch, col(SavedSearch.search_id) == col(Match.search_id))
        .join(Subscriber, col(Subscriber.id) == col(SavedSearch.subscriber_id))
        .where(
            col(Match.sweep_id).is_not(None),
            col(SavedSearch.ended_at).is_(None),
            col(SavedSearch.created_at) < col(Match.matched_at),
        )
    )
    return _read(session, _with_notice(query, SavedSearch, Match), again)


def expected_of_follows(session: Session, again: Again) -> Iterator[Expected]:
    """Return each change to be told that was matched while a follow of its project was there.

    That is a live follow, or one that ended because its cadence was changed.
    """
    was_there = or_(
        col(Follow.ended_at).is_(None),
        and_(
            col(Follow.ended_reason) == EndedReason.CADENCE_CHANGED,
            col(Change.processed_at) <= col(Follow.ended_at),
        ),
    )
    query = (
        _expectations(Follow, Change, at=col(Change.processed_at))
        .add_columns(null(), col(Follow.id), null(), col(Change.id), *CHANGE)
        .join(Follow, col(Follow.project_id) == col(Change.project_id))
        .join(Subscriber, col(Subscriber.id) == col(Follow.subscriber_id))
        .where(
            col(Change.severity) != Severity.QUIET,
            col(Change.processed_at) > col(Follow.created_at),
            was_there,
        )
    )
    return _read(session, _with_notice(query, Follow, Change), again)


def recent_changes(session: Session, *, since: datetime) -> Sequence[Change]:
    """Return the changes to be told that were matched since then, by sweep and award."""
    query = select(Change).where(
        col(Change.severity) != Severity.QUIET, col(Change.processed_at) >= since
    )
    return session.exec(query.order_by(col(Change.sweep_id), col(Change.appl_id))).all()


def standing_of(
    session: Session, subscriber_id: int, project_id: int, sweep_id: int, again: Again
) -> Standing | None:
    """Return the one notice of a reader about a project after a sweep."""
    query = (
        select_columns(*NOTICE)
        .select_from(Notice)
        .outerjoin(Delivery, col(Delivery.id) == col(Notice.delivery_id))
        .where(
            col(Notice.subscriber_id) == subscriber_id,
            col(Notice.project_id) == project_id,
            col(Notice.sweep_id) == sweep_id,
        )
    )
    row = session.connection().execute(query).one_or_none()
    return _standing(tuple(row), subscriber_id, again) if row is not None else None


def follow_spans(session: Session) -> Sequence[FollowSpan]:
    """Return every follow of the readers who have a live one, newest first."""
    live = select(col(Follow.subscriber_id)).where(col(Follow.ended_at).is_(None))
    query = select_columns(
        col(Follow.id),
        col(Follow.subscriber_id),
        col(Follow.project_id),
        col(Follow.created_at),
        col(Follow.ended_at),
        col(Follow.ended_reason),
    ).where(col(Follow.subscriber_id).in_(live))
    rows = session.connection().execute(query.order_by(col(Follow.id).desc()))
    return [FollowSpan(*row) for row in rows]


def _expectations(
    wish: type[SavedSearch | Follow], event: type[Match | Change], *, at: Any
) -> Any:  # SQLAlchemy counts a query's columns in its type, and more are added to this one
    return select_columns(
        *NOTICE,
        col(wish.subscriber_id),
        col(wish.cadence),
        col(wish.muted_until),
        col(wish.cadence_by_kind),
        col(wish.threshold),
        col(Subscriber.state),
        col(wish.created_at),
        col(event.project_id),
        col(event.sweep_id),
        at,
    ).select_from(event)


def _with_notice(query: Any, wish: type[SavedSearch | Follow], event: type[Match | Change]) -> Any:
    the_one = and_(
        col(Notice.subscriber_id) == col(wish.subscriber_id),
        col(Notice.project_id) == col(event.project_id),
        col(Notice.sweep_id) == col(event.sweep_id),
    )
    return query.outerjoin(Notice, the_one).outerjoin(
        Delivery, col(Delivery.id) == col(Notice.delivery_id)
    )


def _read(session: Session, query: Any, again: Again) -> Iterator[Expected]:
    rows = session.connection().execute(query.execution_options(yield_per=CHUNK))
    for found in rows:
        row: tuple[Any, ...] = tuple(found)
        wish, (project_id, sweep_id, at) = row[8:15], row[15:18]
        saved_search_id, follow_id, search_id, change_id, *change = row[18:]
        subscriber_id, cadence, muted_until, by_kind, threshold, consent, since = wish
        yield Expected(
            Subscription(
                subscriber_id=subscriber_id,
                cadence=cadence,
                muted_until=muted_until,
                consent=consent,
                since=since,
                follow_id=follow_id,
                saved_search_id=saved_search_id,
                by_kind=by_kind,
                threshold=threshold,
            ),
            project_id,
            sweep_id,
            at,
            search_id,
            change_id,
            _standing(row, subscriber_id, again) if row[0] is not None else None,
            (_change(*change),) if change else (),
        )


def _change(kind: ChangeKind, severity: Severity, before: Any, after: Any) -> Change:
    """Return as much of a change as says whether it is to be told."""
    return Change(kind=kind, severity=severity, before=before, after=after)  # pyright: ignore[reportCallIssue] - the rest is not looked at


def _standing(row: tuple[Any, ...], subscriber_id: int, again: Again) -> Standing:
    state, cadence, created_at, reasons, skipped_reason, may_repeat, mail_state, due_at = row[:8]
    last = again.get((subscriber_id, cadence)) if may_repeat else None
    return Standing(
        state=state,
        cadence=cadence,
        waits_since=max(created_at, last) if last is not None else created_at,
        reasons=REASONS.validate_python(reasons),
        skipped_reason=skipped_reason,
        mail_state=mail_state,
        mail_due_at=due_at,
    )
