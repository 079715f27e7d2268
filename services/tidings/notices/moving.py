"""What waits to be told goes along with what its reader asks for now."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.notices.digest_queries import untold_notices
from tidings.notices.endings import handed_over, without
from tidings.notices.models import Notice, NoticeState
from tidings.notices.preferences import (
    NOTHING,
    Choice,
    Undone,
    choose,
    choose_find,
    choose_unknown,
    preference_of,
    soonest_of,
)
from tidings.notices.queries import notices_telling
from tidings.notices.reasons import REASONS
from tidings.notices.schedules import ensure_schedule
from tidings.projects.models import Change
from tidings.projects.queries import changes_by_ids
from tidings.searches.catalogue import query_of
from tidings.searches.models import SavedSearch, Search
from tidings.searches.query import is_about_changes
from tidings.subscribers.models import CADENCE_ORDER, Cadence, Follow, Subscriber


def move_waiting(
    session: Session,
    reader: Subscriber,
    wish: Follow | SavedSearch,
    *,
    before: Follow | None = None,
    now: datetime,
) -> None:
    """Let what waits because of a follow or saved search be told as it asks for now.

    ``before`` is the follow that this one succeeds. So a change of mind neither loses a notice nor
    tells it twice: what this wish alone asked for is told as soon as it asks now, or skipped; what
    others ask for as well is told no later than before. Makes the digests that it asks for due.
    The caller commits.
    """
    session.flush()
    for cadence in sorted(preference_of(wish).cadences):
        ensure_schedule(session, reader, cadence, now=now)
    waiting = [
        notice
        for notice in untold_notices(session, stored_id(reader.id))
        if notice.state is NoticeState.WAITING
    ]
    if isinstance(wish, Follow) and before is not None:
        for notice in waiting:
            _hand_over(notice, before, wish)
    _choose_again(session, wish, waiting, now=now)


def _hand_over(notice: Notice, before: Follow, after: Follow) -> None:
    old = REASONS.validate_python(notice.reasons)
    new = handed_over(old, follow_id=stored_id(before.id), successor_id=stored_id(after.id))
    if new != old:
        notice.reasons = REASONS.dump_python(new, mode="json")


def _choose_again(
    session: Session, wish: Follow | SavedSearch, waiting: Sequence[Notice], *, now: datetime
) -> None:
    source = {"follow_id" if isinstance(wish, Follow) else "saved_search_id": wish.id}
    for notice in waiting:
        reasons = REASONS.validate_python(notice.reasons)
        others = without(reasons, **source)
        mine = [reason for reason in reasons if reason not in others]
        if not mine:
            continue
        ids = {change_id for reason in mine for change_id in reason.change_ids}
        choice = _choice(session, wish, changes_by_ids(session, ids), now=now)
        if others:
            notice.cadence = soonest_of((notice.cadence, choice.cadence))
        elif choice.cadence is not Cadence.PAUSED:
            notice.cadence = choice.cadence
        else:
            notice.state, notice.skipped_reason = NoticeState.SKIPPED, choice.why_not


def _choice(
    session: Session, wish: Follow | SavedSearch, changes: Sequence[Change], *, now: datetime
) -> Choice:
    preference = preference_of(wish)
    told = _told_bad_news(session, changes, wish.subscriber_id)
    if isinstance(wish, SavedSearch):
        search = session.get_one(Search, wish.search_id)
        if not is_about_changes(query_of(search)):
            found = choose_find(preference, changes, at=now)
            back = [change for change in changes if change.reverses_id in told]
            taken_back = choose(preference, back, at=now, undone=told)
            return min((found, taken_back), key=lambda choice: CADENCE_ORDER.index(choice.cadence))
    if changes:
        return choose(preference, changes, at=now, undone=told)
    return choose_unknown(preference, at=now)


def _told_bad_news(session: Session, changes: Collection[Change], subscriber_id: int) -> Undone:
    """Return what a reader is told that these changes take back, and how soon that was."""
    undone = {change.reverses_id for change in changes if change.reverses_id is not None}
    if not undone:
        return NOTHING
    told: dict[int, Cadence] = {}
    for notice in notices_telling(session, {change.project_id for change in changes}):
        if notice.subscriber_id != subscriber_id:
            continue
        for reason in REASONS.validate_python(notice.reasons):
            for change_id in undone & set(reason.change_ids):
                known = told.get(change_id, Cadence.PAUSED)
                told[change_id] = soonest_of((known, notice.cadence))
    return told
