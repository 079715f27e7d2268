"""Find out who is to be told of what changed, and make their notices."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import NamedTuple

import structlog
from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.db.session import commit
from tidings.failpoints import failpoint
from tidings.notices.grouping import Concern, Ground, group
from tidings.notices.preferences import Choice, choose, choose_find, preference_of
from tidings.notices.queries import (
    add_notices,
    mark_processed,
    notices_telling,
    waiting_changes,
)
from tidings.notices.reasons import REASONS, Clause, FollowReason, SearchReason
from tidings.projects.models import Award, Change, Severity
from tidings.projects.queries import canonical_of
from tidings.searches.catalogue import Catalogue, query_of
from tidings.searches.document import Document
from tidings.searches.evaluate import ClauseHit, evaluate
from tidings.searches.models import SavedSearch
from tidings.searches.queries import (
    add_matches,
    awards_by_ids,
    known_pairs,
    saved_by_ids,
    searches_to_tell_of,
)
from tidings.searches.query import Query, is_about_changes
from tidings.subscribers.queries import follows_of_projects, follows_that_live

log = structlog.get_logger()

LIMIT = 500


@dataclass(frozen=True)
class MatchOutcome:
    """How many notices were made, of how many projects, and whether more changes wait."""

    notices: int
    projects: int
    more: bool


class Event(NamedTuple):
    """An award that something happened to in a sweep, all of it; ``told`` may reach readers."""

    sweep_id: int
    award: Award
    told: tuple[Change, ...]


class Candidate(NamedTuple):
    """A search that holds on an event, which may be no news."""

    search_id: int
    query: Query
    event: Event
    document: Document


class Find(NamedTuple):
    """A search that holds on an event, and by what."""

    search_id: int
    event: Event
    hits: tuple[ClauseHit, ...]


def match_changes(
    session: Session, *, now: datetime, limit: int = LIMIT, catalogue: Catalogue | None = None
) -> MatchOutcome:
    """Make the notices of about ``limit`` changes that wait, oldest sweep first.

    A reader has one notice of a project a sweep, with every reason: what is followed, what a search
    found that it did not find before, what a search for changes asks, and the end of bad news for
    whoever got that. Cosmetic changes are never told, but what they touch is searched again. All is
    one transaction, so a call that dies leaves its changes waiting; safe to call twice, also at the
    same time, because changes are locked and a notice is unique. A process that calls again and
    again gives a ``catalogue``, which spares it to read all searches each time.
    """
    changes = waiting_changes(session, limit=limit)
    events = _events(session, changes)
    grounds = [
        *_of_follows(session, events, now=now),
        *_of_searches(session, events, catalogue or Catalogue(), now=now),
        *_of_reversals(session, events),
    ]
    severities = {stored_id(change.id): change.severity for change in changes}
    made = add_notices(session, group(grounds, severities), now=now)
    failpoint("changes.noticed")
    mark_processed(session, severities, now=now)
    commit(session, "changes.matched")
    projects = len({ground.concern.project_id for ground in grounds})
    if changes:
        log.info("changes.matched", changes=len(changes), notices=made, projects=projects)
    return MatchOutcome(made, projects, more=len(changes) >= limit)


def _events(session: Session, changes: Sequence[Change]) -> list[Event]:
    awards = awards_by_ids(session, {change.appl_id for change in changes})
    together: defaultdict[tuple[int, int], list[Change]] = defaultdict(list)
    for change in changes:
        together[change.sweep_id, change.appl_id].append(change)
    return [
        Event(
            sweep_id,
            awards[appl_id],
            tuple(change for change in found if change.severity is not Severity.QUIET),
        )
        for (sweep_id, appl_id), found in together.items()
    ]


def _of_follows(session: Session, events: Sequence[Event], *, now: datetime) -> Iterator[Ground]:
    of_project: defaultdict[int, list[Event]] = defaultdict(list)
    for event in events:
        if event.told:
            of_project[event.award.project_id].append(event)
    for follow in follows_of_projects(session, of_project, now=now):
        preference = preference_of(follow)
        for event in of_project[follow.project_id]:
            choice = choose(preference, event.told, at=now)
            if choice.told:
                reason = FollowReason(follow_id=stored_id(follow.id), change_ids=_ids(choice.told))
                yield Ground(_concern(follow.subscriber_id, event), choice.cadence, reason)


def _of_searches(
    session: Session, events: Sequence[Event], catalogue: Catalogue, *, now: datetime
) -> Iterator[Ground]:
    documents = [_document(event) for event in events]
    found: defaultdict[int, list[int]] = defaultdict(list)
    for search_id, position in catalogue.find(session, documents):
        found[search_id].append(position)
    savers: dict[int, Sequence[SavedSearch]] = {}
    for_news: list[Candidate] = []
    for_changes: list[Candidate] = []
    for search, savers_of_it in searches_to_tell_of(session, found, now=now):
        search_id = stored_id(search.id)
        savers[search_id] = savers_of_it
        query = query_of(search)
        asks_for_changes = is_about_changes(query)
        candidates = for_changes if asks_for_changes else for_news
        for position in sorted(found[search_id]):
            if events[position].told or not asks_for_changes:
                candidates.append(
                    Candidate(search_id, query, events[position], documents[position])
                )
    news = ((choose_find, find) for find in _unknown(session, for_news, now=now))
    changed = ((choose, find) for find in _explained(for_changes))
    for chosen, find in (*news, *changed):
        for saved in savers[find.search_id]:
            choice = chosen(preference_of(saved), find.event.told, at=now)
            if not choice.why_not:
                yield _ground_of_find(saved, find, choice)


def _document(event: Event) -> Document:
    return Document(
        canonical_of(event.award),
        {change.kind for change in event.told},
        {change.severity for change in event.told},
    )


def _explained(candidates: Iterable[Candidate]) -> Iterator[Find]:
    for search_id, query, event, document in candidates:
        hits = evaluate(query, document)
        if hits is None:  # a fault of the engine: what the search says is right
            log.error("search.disagreed", search_id=search_id, appl_id=event.award.appl_id)
            continue
        yield Find(search_id, event, hits)


def _unknown(session: Session, candidates: Sequence[Candidate], *, now: datetime) -> list[Find]:
    """Note what was found; return what is of projects that their search had not found before."""
    first: dict[tuple[int, int], Candidate] = {}
    for candidate in candidates:
        first.setdefault((candidate.search_id, candidate.event.award.project_id), candidate)
    known = known_pairs(session, {one for one, _ in first}, {project for _, project in first})
    news = (candidate for pair, candidate in first.items() if pair not in known)
    finds = {(find.search_id, find.event.award.project_id): find for find in _explained(news)}
    rows = [
        {
            "search_id": search_id,
            "project_id": project_id,
            "appl_id": find.event.award.appl_id,
            "version": find.event.award.version,
            "clauses": [asdict(hit) for hit in find.hits],
            "sweep_id": find.event.sweep_id,
            "matched_at": now,
        }
        for (search_id, project_id), find in finds.items()
    ]
    new = add_matches(session, rows)
    failpoint("changes.searched")
    return [find for key, find in finds.items() if key in new]


def _ground_of_find(saved: SavedSearch, find: Find, choice: Choice) -> Ground:
    reason = SearchReason(
        saved_search_id=stored_id(saved.id),
        appl_id=find.event.award.appl_id,
        version=find.event.award.version,
        clauses=tuple(Clause(**asdict(hit)) for hit in find.hits),
        change_ids=_ids(choice.told),
    )
    return Ground(_concern(saved.subscriber_id, find.event), choice.cadence, reason)


def _of_reversals(session: Session, events: Sequence[Event]) -> Iterator[Ground]:
    """Tell whoever was told of bad news that it was taken back, as soon as they were told that.

    Also those who have muted or paused it since; not those who have stopped it. A search may well
    not hold on the reversal itself.
    """
    undone: dict[int, tuple[Event, Change]] = {
        change.reverses_id: (event, change)
        for event in events
        for change in event.told
        if change.reverses_id is not None
    }
    if not undone:
        return
    projects = {event.award.project_id for event, _ in undone.values()}
    earlier = [
        (*undone[change_id], notice, reason)
        for notice in notices_telling(session, projects)
        for reason in REASONS.validate_python(notice.reasons)
        for change_id in reason.change_ids
        if change_id in undone
    ]
    follows = {
        (row.subscriber_id, row.project_id): row for row in follows_that_live(session, projects)
    }
    reasons = [reason for _, _, _, reason in earlier if isinstance(reason, SearchReason)]
    saved = {row.id for row in saved_by_ids(session, {one.saved_search_id for one in reasons})}
    for event, change, notice, reason in earlier:
        concern, ids = _concern(notice.subscriber_id, event), _ids((change,))
        follow = follows.get(concern[:2])
        if isinstance(reason, SearchReason) and reason.saved_search_id in saved:
            now_told = reason.model_copy(update={"change_ids": ids})
            yield Ground(concern, notice.cadence, now_told)
        elif isinstance(reason, FollowReason) and follow is not None:
            now_told = FollowReason(follow_id=stored_id(follow.id), change_ids=ids)
            yield Ground(concern, notice.cadence, now_told)


def _concern(subscriber_id: int, event: Event) -> Concern:
    return Concern(subscriber_id, event.award.project_id, event.sweep_id)


def _ids(changes: Sequence[Change]) -> tuple[int, ...]:
    return tuple(stored_id(change.id) for change in changes)
