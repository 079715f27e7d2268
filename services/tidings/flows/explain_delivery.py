"""Say why a mail was sent, or was to be: every study, every reason, and what became of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.delivery.models import Channel, Delivery, DeliveryKind, DeliveryState
from tidings.delivery.queries import events_of
from tidings.delivery.standings import standing_of
from tidings.errors import RejectedError
from tidings.notices.accounts import (
    ClauseAccount,
    DeliveryReasons,
    FollowAccount,
    Happening,
    SearchAccount,
    StudyAccount,
)
from tidings.notices.call_queries import told_by_call
from tidings.notices.letter_queries import (
    changes_told,
    notices_of,
    runs_of,
    saved_searches,
    sweeps_told,
)
from tidings.notices.models import Notice
from tidings.notices.reason_queries import follows_by_ids
from tidings.notices.reasons import REASONS, Clause, FollowReason, Reason, SearchReason
from tidings.notices.silences import ended_words
from tidings.projects.models import Award, Change, Project, Sweep
from tidings.projects.queries import canonical_at
from tidings.projects.wording import ChangeLine, change_line, label_of, worst_first
from tidings.rendering.filters import day, moment
from tidings.searches.document import Document
from tidings.searches.evaluate import holds
from tidings.searches.explain import clause_in_words, read_clause
from tidings.searches.models import SavedSearch
from tidings.searches.queries import searches_by_ids
from tidings.subscribers.models import Follow, Subscriber, Token
from tidings.subscribers.wishes import WISHES, Wish


def explain_delivery(session: Session, delivery_id: int) -> DeliveryReasons:
    """Return why a delivery was made and what became of it; changes no row.

    Each clause is evaluated again on the version that it was told of. Raises RejectedError for a
    delivery that does not exist.
    """
    row = session.get(Delivery, delivery_id)
    if row is None:
        raise RejectedError(f"there is no delivery {delivery_id}")
    studies = _studies(session, row)
    return DeliveryReasons(
        delivery_id=delivery_id,
        reader_id=row.subscriber_id,
        kind=row.kind,
        message_id=row.message_id,
        subject=row.subject,
        state=row.state,
        standing=standing_of(row),
        attempts=row.attempts,
        sent_at=row.sent_at,
        why=_why(session, row, has_studies=bool(studies)),
        studies=studies,
        events=tuple(
            Happening(event.kind, event.at, event.detail)
            for event in events_of(session, delivery_id)
        ),
    )


def _why(session: Session, row: Delivery, *, has_studies: bool) -> str:
    if row.channel is not Channel.MAIL:
        return f"The reader asked for this to go to endpoint {row.endpoint_id} as well."
    match row.kind:
        case DeliveryKind.CONFIRM:
            return _asked(session, row)
        case DeliveryKind.GOODBYE:
            return _ended(session, row)
        case DeliveryKind.CHANGE_ALERT:
            why = "The reader asked to be told of this at once."
        case DeliveryKind.ROLL_UP:
            why = "The reader asked to be told of these at once; so many came as one mail."
        case DeliveryKind.DIGEST:
            run = runs_of(session, [stored_id(row.id)]).get(stored_id(row.id))
            span = f" of {day(run.period_start)} to {day(run.period_end)}" if run else ""
            cadence = f"{run.cadence} " if run else ""
            why = f"The {cadence}digest{span}, of what the reader follows and searches for."
        case _:
            return OCCASIONS[row.kind]
    return why if has_studies else f"{why} {_emptied(row)}"


def _emptied(row: Delivery) -> str:
    if row.state is DeliveryState.UNKNOWN:
        return "What it told comes once more in the next digest."
    return "It tells nothing: what it was to tell was withdrawn."


def _asked(session: Session, row: Delivery) -> str:
    """Say what the confirm mail asks about; its token is named by the delivery's key."""
    said = f"The address was typed at Tidings on {moment(row.created_at)}"
    token = session.get(Token, int(row.key.rpartition(":")[2]))
    if token is None:
        return f"{said}; what was asked for then is no longer kept."
    wishes = "; ".join(map(_wish, WISHES.validate_python(token.wishes)))
    if token.used_at is not None:
        end = f"confirmed on {moment(token.used_at)}"
    else:
        end = f"the link lasts until {moment(token.expires_at)}"
    return f"{said} to ask for {wishes}; {end}."


def _wish(wish: Wish) -> str:
    parts = [f"news of study {wish.follow_key}"] if wish.follow_key else []
    parts += [f"what the search {wish.search_text!r} finds"] if wish.search_text else []
    parts += [f"what the list {wish.watchlist} names"] if wish.watchlist else []
    return f"{' and '.join(parts)} ({wish.cadence})"


def _ended(session: Session, row: Delivery) -> str:
    reader = session.get_one(Subscriber, row.subscriber_id)
    reason = reader.ended_reason if reader.ended_at == row.created_at else None
    return ended_words("The reader ended everything", row.created_at, reason)


OCCASIONS = {
    DeliveryKind.WELCOME: "The reader confirmed the address.",
    DeliveryKind.HEARTBEAT: "The reader asked for a line each month, also when there is no news.",
    DeliveryKind.SIGN_IN: "Somebody asked, for this address, for a link to sign in.",
    DeliveryKind.CHANGE_ADDRESS: "The reader wants mail to go to this address from now on.",
    DeliveryKind.ADDRESS_CHANGED: "The reader's mail goes to another address now.",
    DeliveryKind.ENDPOINT_DISABLED: "An endpoint of the reader was switched off.",
    DeliveryKind.BRAKE_PULLED: "Mail was stopped, and this address is the operator's.",
}
"""Why mails that tell no notice were written."""


@dataclass(frozen=True)
class _Sources:
    """The rows that the reasons of a delivery name, by their ids."""

    session: Session
    changes: Mapping[int, Change]
    undone: Mapping[int, Change]
    follows: Mapping[int, Follow]
    saved: Mapping[int, SavedSearch]
    canonicals: Mapping[int, str]
    sweeps: Mapping[int, Sweep]


def _studies(session: Session, row: Delivery) -> tuple[StudyAccount, ...]:
    row_id = stored_id(row.id)
    rows = notices_of(session, [row_id]).get(row_id) or told_by_call(session, row.notice_id)
    reasons = {notice.id: REASONS.validate_python(notice.reasons) for notice, _, _ in rows}
    everything = [reason for told in reasons.values() for reason in told]
    sources = _sources(session, everything, {notice.sweep_id for notice, _, _ in rows})
    return tuple(
        _study(notice, project, reasons[notice.id], sources) for notice, project, _ in rows
    )


def _sources(session: Session, reasons: Sequence[Reason], sweep_ids: Collection[int]) -> _Sources:
    finds = [reason for reason in reasons if isinstance(reason, SearchReason)]
    follow_ids = {reason.follow_id for reason in reasons if isinstance(reason, FollowReason)}
    changes = changes_told(session, {one for reason in reasons for one in reason.change_ids})
    undone = {one.reverses_id for one in changes.values() if one.reverses_id is not None}
    saved = saved_searches(session, {find.saved_search_id for find in finds})
    return _Sources(
        session=session,
        changes=changes,
        undone=changes_told(session, undone),
        follows=follows_by_ids(session, follow_ids),
        saved=saved,
        canonicals={
            search.id: search.canonical
            for search in searches_by_ids(session, [one.search_id for one in saved.values()])
        },
        sweeps=sweeps_told(session, sweep_ids),
    )


def _study(
    notice: Notice, project: Project, reasons: Sequence[Reason], sources: _Sources
) -> StudyAccount:
    return StudyAccount(
        key=project.key,
        title=project.title,
        sweep_id=notice.sweep_id,
        swept_at=sources.sweeps[notice.sweep_id].started_at,
        severity=notice.severity,
        may_repeat=notice.may_repeat,
        reasons=tuple(
            _follow(reason, sources)
            if isinstance(reason, FollowReason)
            else _search(reason, sources)
            for reason in reasons
        ),
    )


def _follow(reason: FollowReason, sources: _Sources) -> FollowAccount:
    row = sources.follows[reason.follow_id]
    return FollowAccount(
        follow_id=reason.follow_id,
        since=row.created_at,
        cadence=row.cadence,
        ended_at=row.ended_at,
        changes=_lines(reason, sources),
    )


def _search(reason: SearchReason, sources: _Sources) -> SearchAccount:
    saved = sources.saved[reason.saved_search_id]
    document = _document(reason, sources)
    return SearchAccount(
        saved_search_id=reason.saved_search_id,
        name=saved.name,
        text=saved.text,
        canonical=sources.canonicals[saved.search_id],
        since=saved.created_at,
        cadence=saved.cadence,
        ended_at=saved.ended_at,
        appl_id=reason.appl_id,
        version=reason.version,
        clauses=tuple(_clause(clause, document) for clause in reason.clauses),
        changes=_lines(reason, sources),
    )


def _lines(reason: Reason, sources: _Sources) -> tuple[ChangeLine, ...]:
    changes = [sources.changes[one] for one in reason.change_ids]
    return tuple(map(change_line, worst_first(changes)))


def _clause(clause: Clause, document: Document) -> ClauseAccount:
    query = read_clause(clause.clause)
    return ClauseAccount(
        clause=clause.clause,
        means=clause_in_words(clause.clause),
        field=label_of(clause.field),
        excerpt=clause.excerpt,
        spans=clause.spans,
        holds_again=query is not None and holds(query, document),
    )


def _document(reason: SearchReason, sources: _Sources) -> Document:
    """Return what was told as searches see it.

    Whoever was told of bad news by a search is told of its reversal with the clauses that held on
    the bad news: so that counts as having happened.
    """
    award = sources.session.get_one(Award, reason.appl_id)
    changes = [sources.changes[one] for one in reason.change_ids]
    undone = [sources.undone[one.reverses_id] for one in changes if one.reverses_id is not None]
    happened = (*changes, *undone)
    return Document(
        canonical_at(sources.session, award, reason.version),
        {change.kind for change in happened},
        {change.severity for change in happened},
    )
