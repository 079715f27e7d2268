"""Let a reader follow what a list names now, and no more what it has dropped."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.db.session import commit
from tidings.errors import QueryError, RejectedError
from tidings.flows.follow import start_follow
from tidings.flows.save_search import save_search
from tidings.flows.unsubscribe import end_one
from tidings.searches.canonical import canonical_form, search_hash
from tidings.searches.grammar import parse
from tidings.searches.models import SavedSearch
from tidings.searches.queries import live_saved_search, search_named
from tidings.subscribers.models import EndedReason, Subscriber, SubscriberState
from tidings.subscribers.queries import live_follow, subscriber_locked
from tidings.watchlists.entries import ENTRIES, LONGEST_NAME, SearchEntry, StudyEntry
from tidings.watchlists.giving import TO_COME, Given, Named, Step, is_untouched, step
from tidings.watchlists.models import Watchlist, WatchlistFollow
from tidings.watchlists.queries import (
    list_follow_locked,
    lists_followed,
    projects_at,
    reader_of_list_follow,
)


def apply_watchlists(session: Session, list_follow_ids: Collection[int], *, now: datetime) -> None:
    """Bring these follows of lists to the newest version of their lists, one after the other."""
    for list_follow_id in list_follow_ids:
        apply_watchlist(session, list_follow_id, now=now)


def apply_watchlist(session: Session, list_follow_id: int, *, now: datetime) -> None:
    """Bring one reader to the newest version of a list that they follow.

    What the reader has by themselves, or has changed, is theirs and is left alone; so is what they
    stopped, though the list names it still. What is more than a reader may have is left out until
    the list changes again. The studies are one transaction. Each search is saved
    in one of its own, which reads for a while: what is still to come is noted before, so that a
    crash in between neither loses one nor takes it for the reader's. Safe to call twice.
    """
    subscriber_id = reader_of_list_follow(session, list_follow_id)
    reader = subscriber_locked(session, subscriber_id) if subscriber_id is not None else None
    found = list_follow_locked(session, list_follow_id) if reader is not None else None
    if reader is None or found is None or not _is_behind(reader, *found):
        session.rollback()
        return
    follow, watchlist = found
    version, named = watchlist.version, _named(session, watchlist)
    given = Given.model_validate(follow.given)
    _take_over(session, reader, follow, (given, named), now=now)
    waiting = [one for one, row_id in given.searches.items() if row_id == TO_COME]
    _keep(follow, given, version=follow.version if waiting else version)
    commit(session, "watchlist.applied")
    if waiting:
        _save_searches(session, follow, (given, named), now=now)
        _note_searches(session, list_follow_id, given, version=version)


def drop_given(
    session: Session,
    follow: WatchlistFollow,
    given: Given,
    gone: Step,
    *,
    reason: EndedReason,
    now: datetime,
) -> None:
    """End what is gone of what a list gave, unless the reader changed it or another list names it.

    The caller, who has locked the reader, commits.
    """
    subscriber_id = follow.subscriber_id
    others = [one.follow for one in lists_followed(session, subscriber_id)]
    others = [one for one in others if one.id != follow.id]
    for project_id in gone.gone_studies:
        row_id = given.studies.pop(project_id)
        if not row_id or _handed_over(others, "studies", project_id, row_id):
            continue
        row = live_follow(session, subscriber_id, project_id)
        if row is not None and is_untouched(row, row_id, follow.cadence):
            end_one(session, subscriber_id, row, reason=reason, now=now)
    for name in gone.gone_searches:
        row_id = given.searches.pop(name)
        if not row_id or _handed_over(others, "searches", name, row_id):
            continue
        saved = _live_search(session, subscriber_id, name)
        if saved is not None and is_untouched(saved, row_id, follow.cadence):
            end_one(session, subscriber_id, saved, reason=reason, now=now)


def _is_behind(reader: Subscriber, follow: WatchlistFollow, watchlist: Watchlist) -> bool:
    is_public = watchlist.published_at is not None and watchlist.ended_at is None
    is_active = reader.state is SubscriberState.ACTIVE
    return is_active and is_public and follow.version < watchlist.version


def _named(session: Session, watchlist: Watchlist) -> Named:
    """Return what a list names of what we know."""
    entries = ENTRIES.validate_python(watchlist.entries)
    keys = [one.key for one in entries if isinstance(one, StudyEntry)]
    projects = projects_at(session, keys)
    searches: dict[str, tuple[str, str]] = {}
    for one in entries:
        if isinstance(one, SearchEntry) and (name := _hash(one.text)):
            searches[name] = (one.text, (one.name or one.text)[:LONGEST_NAME])
    return Named([stored_id(projects[key].id) for key in keys if key in projects], searches)


def _hash(text: str) -> str:
    try:
        return search_hash(canonical_form(parse(text)))
    except QueryError:  # it parsed when the list was written, by an older grammar
        return ""


def _take_over(
    session: Session,
    reader: Subscriber,
    follow: WatchlistFollow,
    what: tuple[Given, Named],
    *,
    now: datetime,
) -> None:
    given, named = what
    wanted, subscriber_id = step(given, named), stored_id(reader.id)
    for project_id in wanted.new_studies:
        if live_follow(session, subscriber_id, project_id) is not None:
            given.studies[project_id] = None
            continue
        try:
            row = start_follow(
                session, reader, project_id=project_id, cadence=follow.cadence, now=now
            )
        except RejectedError:  # they follow as many as they may
            continue
        given.studies[project_id] = stored_id(row.id)
    for name in wanted.new_searches:
        is_begun = name in given.searches
        is_own = not is_begun and _live_search(session, subscriber_id, name) is not None
        given.searches[name] = None if is_own else TO_COME
    drop_given(session, follow, given, wanted, reason=EndedReason.LIST_CHANGED, now=now)


def _save_searches(
    session: Session, follow: WatchlistFollow, what: tuple[Given, Named], *, now: datetime
) -> None:
    given, named = what
    for name in [one for one, row_id in given.searches.items() if row_id == TO_COME]:
        text, called = named.searches[name]
        saved = _live_search(session, follow.subscriber_id, name)
        if saved is None:  # else an earlier attempt broke off after it was saved
            saved = _saved(session, follow, text, called, now=now)
        if saved is None:
            del given.searches[name]
            continue
        given.searches[name] = stored_id(saved.id)


def _saved(
    session: Session, follow: WatchlistFollow, text: str, called: str, *, now: datetime
) -> SavedSearch | None:
    try:
        return save_search(
            session,
            subscriber_id=follow.subscriber_id,
            name=called,
            text=text,
            cadence=follow.cadence,
            now=now,
        )
    except RejectedError:  # they have as many as they may, or have left
        return None


def _note_searches(session: Session, list_follow_id: int, given: Given, *, version: int) -> None:
    found = list_follow_locked(session, list_follow_id)
    if found is not None:
        _keep(found.follow, given, version=version)
    commit(session, "watchlist.searched")


def _keep(follow: WatchlistFollow, given: Given, *, version: int) -> None:
    follow.given, follow.version = given.model_dump(mode="json"), version


def _live_search(session: Session, subscriber_id: int, name: str) -> SavedSearch | None:
    search = search_named(session, name)
    return live_saved_search(session, subscriber_id, stored_id(search.id)) if search else None


def _handed_over(
    others: Collection[WatchlistFollow], part: str, thing: int | str, row_id: int
) -> bool:
    """Let another list that names this thing as well count as having given it."""
    for other in others:
        given = Given.model_validate(other.given)
        rows: dict[int | str, int | None] = getattr(given, part)
        if thing in rows:
            rows[thing] = row_id
            other.given = given.model_dump(mode="json")
            return True
    return False
