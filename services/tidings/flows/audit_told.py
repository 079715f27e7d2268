"""Look whether everything that readers should be told was told, or waits in time."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Engine
from sqlmodel import Session

from tidings.audits import match_queries
from tidings.audits import told_queries as queries
from tidings.audits.chains import unbroken
from tidings.audits.ledger import Ledger
from tidings.audits.promises import (
    Standing,
    Subscription,
    broken_promise,
    names_change,
    names_search,
)
from tidings.audits.told_queries import Again, Expected
from tidings.db.base import stored_id
from tidings.db.session import open_reader
from tidings.delivery.suppression_queries import readers_resting
from tidings.notices.models import NoticeState
from tidings.projects.models import Award, Change
from tidings.projects.queries import canonical_at, canonical_of
from tidings.searches.catalogue import query_of
from tidings.searches.document import Document
from tidings.searches.evaluate import holds
from tidings.searches.queries import searches_to_match
from tidings.searches.query import Query, is_about_changes
from tidings.upkeep.brakes import brake_of

WINDOW = timedelta(days=40)
"""How far back searches for changes are run again: past the longest promise, a month."""


def audit_told(engine: Engine, ledger: Ledger, *, now: datetime, speed: float) -> None:
    """Enter into the ledger each thing that a reader should be told.

    Finds that were news, for every live saved search that was there then; changes of what is
    followed; and changes of the last weeks that a search for changes asks for.
    """
    with open_reader(engine) as session:
        again = queries.waiting_again(session)
        resting = readers_resting(session, now=now)
        judged = partial(
            broken_promise, now=now, speed=speed, is_stopped=brake_of(session) is not None
        )
        for expected in _everything(session, again, now=now):
            if expected.standing is not None and expected.subscription.subscriber_id in resting:
                ledger.explained("its reader's address rests")
            else:
                _enter(session, expected, ledger, judged)


def _everything(session: Session, again: Again, *, now: datetime) -> Iterator[Expected]:
    kept = unbroken(queries.follow_spans(session))
    yield from queries.expected_news(session, again)
    for expected in queries.expected_of_follows(session, again):
        if expected.subscription.follow_id in kept:
            yield expected
    yield from _found_changes(session, again, now=now)


def _enter(
    session: Session, expected: Expected, ledger: Ledger, judged: Callable[[Standing], str]
) -> None:
    if why := expected.subscription.silence(expected.at, expected.changes):
        ledger.explained(why)
    elif missing := _missing(expected, judged):
        ledger.missing(_finding(session, expected, missing))
    elif (standing := expected.standing) and standing.state is NoticeState.SKIPPED:
        ledger.explained(f"skipped ({standing.skipped_reason})")
    else:
        ledger.well()


def _missing(expected: Expected, judged: Callable[[Standing], str]) -> str:
    standing, saved = expected.standing, expected.subscription.saved_search_id
    if standing is None:
        return "there is no notice of it"
    if standing.state is not NoticeState.SKIPPED:
        if saved is not None and not names_search(standing.reasons, saved):
            return "its notice does not name the search"
        if saved is None and not names_change(standing.reasons, expected.change_id or 0):
            return "its notice does not name the change"
    return judged(standing)


def _finding(session: Session, expected: Expected, missing: str) -> dict[str, int | str]:
    """Name the reader by number and the project by its key, never an address or a search's text."""
    key = match_queries.keys_of(session, [expected.project_id])[expected.project_id]
    what = (
        {"search_id": expected.search_id}
        if expected.search_id is not None
        else {"change_id": expected.change_id or 0}
    )
    reader = expected.subscription.subscriber_id
    return {
        **what,
        "reader_id": reader,
        "project": key,
        "sweep_id": expected.sweep_id,
        "missing": missing,
    }


def _found_changes(session: Session, again: Again, *, now: datetime) -> Iterator[Expected]:
    """Return what searches for changes find among the changes of the last weeks."""
    asked = {
        stored_id(search.id): query
        for search, _ in searches_to_match(session, now=now)
        if is_about_changes(query := query_of(search))
    }
    savers = match_queries.savers(session, asked)
    for changes in _events(session, now=now) if asked else ():
        award = session.get_one(Award, changes[0].appl_id)
        for search_id, query in asked.items():
            if _finds(session, query, award, changes):
                for saver in savers[search_id]:
                    if saver.since < (changes[0].processed_at or now):
                        yield _of_changes(session, saver, search_id, changes, again)


def _events(session: Session, *, now: datetime) -> Sequence[Sequence[Change]]:
    together: defaultdict[tuple[int, int], list[Change]] = defaultdict(list)
    for change in queries.recent_changes(session, since=now - WINDOW):
        together[change.sweep_id, change.appl_id].append(change)
    return list(together.values())


def _finds(session: Session, query: Query, award: Award, changes: Sequence[Change]) -> bool:
    """Say whether a search held on the award, whichever of its versions since then was matched."""
    kinds, severities = {one.kind for one in changes}, {one.severity for one in changes}
    version = max(change.version for change in changes)
    versions = [canonical_of(award)]
    if version < award.version:
        versions.append(canonical_at(session, award, version))
    return all(holds(query, Document(canonical, kinds, severities)) for canonical in versions)


def _of_changes(
    session: Session, saver: Subscription, search_id: int, changes: Sequence[Change], again: Again
) -> Expected:
    first = changes[0]
    about = saver.subscriber_id, first.project_id, first.sweep_id
    return Expected(
        saver,
        first.project_id,
        first.sweep_id,
        first.processed_at or first.seen_at,
        search_id=search_id,
        standing=queries.standing_of(session, *about, again),
        changes=changes,
    )
