"""Say what became of each thing that a reader asked for, as far as it concerns one project."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, partial

from sqlmodel import Session

from tidings.audits.chains import FollowSpan, unbroken
from tidings.audits.match_queries import Progress, progress
from tidings.audits.promises import names_change, names_search
from tidings.db.base import stored_id
from tidings.delivery.models import Delivery
from tidings.notices.events import Event, Wish
from tidings.notices.models import Notice
from tidings.notices.preferences import preference_of
from tidings.notices.reasons import REASONS
from tidings.notices.silence_queries import Wished
from tidings.notices.silences import Finding, Outcome, Post, ended_words, finding_of
from tidings.projects.models import Award, Change
from tidings.projects.queries import canonical_at, canonical_of
from tidings.rendering.filters import day, moment
from tidings.searches.document import Document
from tidings.searches.evaluate import holds
from tidings.searches.explain import clause_in_words, failures, lacking
from tidings.searches.grammar import parse_canonical
from tidings.searches.models import Match
from tidings.searches.query import Query, is_about_changes
from tidings.subscribers.models import Follow

MOST_EVENTS = 20
"""Events, newest first, that one answer goes back over: a version of each is rebuilt."""

IN_SPITE = "It takes back bad news that was told, which nothing but a stop keeps back."
"""Why something is told that the reader has muted or paused."""

WAITS = {
    "being read": Outcome.BEING_READ,
    "held by the storm breaker": Outcome.HELD_AS_STORM,
    "to be matched": Outcome.TO_BE_MATCHED,
}
"""What the audit says that the changes of an award wait for."""


@dataclass(frozen=True)
class Case:
    """What is known of one reader and one project; ``silenced`` is why the reader gets nothing."""

    session: Session
    awards: Sequence[Award]
    changes: Sequence[Change]
    events: Sequence[Event]
    notices: Sequence[tuple[Notice, Delivery | None]]
    post: Post
    silenced: Finding | None
    now: datetime

    @cached_property
    def records(self) -> Sequence["Record"]:
        """Each award in its newest version, the newest award first."""
        return [
            Record(award.appl_id, award.version, Document(canonical_of(award)))
            for award in self.awards
        ]

    @cached_property
    def happenings(self) -> Sequence[tuple[Event, "Record"]]:
        """The newest events, each with its award in the version that it led to."""
        awards = {award.appl_id: award for award in self.awards}
        return [
            (event, _record(self.session, awards[event.appl_id], event))
            for event in self.events[:MOST_EVENTS]
        ]


@dataclass(frozen=True)
class Record:
    """One version of one award as searches see it."""

    appl_id: int
    version: int
    document: Document


def _record(session: Session, award: Award, event: Event) -> Record:
    kinds = {change.kind for change in event.changes}
    severities = {change.severity for change in event.changes}
    document = Document(canonical_at(session, award, event.version), kinds, severities)
    return Record(event.appl_id, event.version, document)


def explain_follow(case: Case, follows: Sequence[Follow]) -> Iterator[Finding]:
    """Say what became of the changes since a reader began to follow; ``follows`` newest first."""
    if not follows:
        return
    newest = follows[0]
    about = f"follow ({newest.cadence})"
    if newest.ended_at is not None:
        what = "The reader stopped following it"
        words = ended_words(what, newest.ended_at, newest.ended_reason)
        yield Finding(Outcome.ENDED, words, about)
        return
    wish = Wish(about, _began(follows), preference_of(newest))
    concerned = [event for event in case.events if event.concerns(wish.since)]
    if not concerned:
        yield _unchanged(case, wish)
    yield from _newest_and_untold(
        _of_event(case, wish, event, partial(_tells, event)) for event in concerned[:MOST_EVENTS]
    )


def explain_search(case: Case, wished: Wished) -> Iterator[Finding]:
    """Say what became of what a saved search finds, or which of its clauses fail."""
    saved, search, match = wished
    query, about = parse_canonical(search.canonical), f"search “{saved.name}”"
    if saved.ended_at is not None:
        if any(holds(query, record.document) for record in case.records):
            words = ended_words("The reader ended it", saved.ended_at, saved.ended_reason)
            yield Finding(Outcome.ENDED, words, about)
        return
    wish = Wish(about, saved.created_at, preference_of(saved))
    saved_id = stored_id(saved.id)
    if is_about_changes(query):
        yield from _of_search_for_changes(case, wish, query, saved_id)
    elif match is not None:
        yield _of_match(case, wish, match, saved_id)
    else:
        yield _of_no_match(case, wish, query)


def _began(follows: Sequence[Follow]) -> datetime:
    """Return since when the reader has followed, through changes of the cadence."""
    spans = [
        FollowSpan(
            stored_id(row.id),
            row.subscriber_id,
            row.project_id,
            row.created_at,
            row.ended_at,
            row.ended_reason,
        )
        for row in follows
    ]
    kept = unbroken(spans)
    return min(row.created_at for row in follows if row.id in kept)


def _unchanged(case: Case, wish: Wish) -> Finding:
    quiet = [
        change
        for change in case.changes
        if change.processed_at is None or change.processed_at > wish.since
    ]
    since = f"since {day(wish.since)}"
    if quiet:
        words = (
            f"All that changed {since} are details that are never told, last on "
            f"{moment(quiet[0].seen_at)}: {quiet[0].field}."
        )
        return Finding(Outcome.COSMETIC, words, wish.about)
    return Finding(Outcome.NO_CHANGE, f"Nothing has changed {since}.", wish.about)


def _newest_and_untold(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Give the newest answer, and of the older ones those that are not simply "told"."""
    for number, finding in enumerate(dict.fromkeys(findings)):
        if number == 0 or finding.outcome is not Outcome.TOLD:
            yield finding


def _of_event(case: Case, wish: Wish, event: Event, names_it: Callable[[Notice], bool]) -> Finding:
    at = event.processed_at or case.now
    silence = wish.silence(at, event.changes)
    for notice, delivery in case.notices:
        if notice.sweep_id == event.sweep_id and names_it(notice):
            found = finding_of(notice, delivery, case.post, about=wish.about)
            return found if silence is None else replace(found, words=f"{found.words} {IN_SPITE}")
    found = silence or case.silenced or event.waits
    if found is not None:
        return replace(found, about=wish.about)
    words = (
        f"A change that was matched on {moment(at)} should be told, and no notice of it is kept."
    )
    return Finding(Outcome.UNEXPLAINED, words, wish.about)


def _tells(event: Event, notice: Notice) -> bool:
    reasons = REASONS.validate_python(notice.reasons)
    return any(names_change(reasons, stored_id(change.id)) for change in event.changes)


def _finds(saved_search_id: int, notice: Notice) -> bool:
    return names_search(REASONS.validate_python(notice.reasons), saved_search_id)


def _of_match(case: Case, wish: Wish, match: Match, saved_search_id: int) -> Finding:
    for notice, delivery in case.notices:
        if _finds(saved_search_id, notice):
            return finding_of(notice, delivery, case.post, about=wish.about)
    if match.sweep_id is None or match.matched_at <= wish.since:
        by = f" ({_found_by(match)})" if match.clauses else ""
        words = (
            f"It was found on {day(match.matched_at)} already{by}; "
            "a search tells of what it finds later."
        )
        return Finding(
            Outcome.KNOWN, words, wish.about, appl_id=match.appl_id, version=match.version
        )
    found = wish.silence(match.matched_at) or case.silenced
    if found is not None:
        return replace(found, about=wish.about)
    words = f"It was found on {moment(match.matched_at)}, and no notice of it is kept."
    return Finding(Outcome.UNEXPLAINED, words, wish.about)


def _found_by(match: Match) -> str:
    return ", ".join(clause_in_words(str(hit["clause"])) for hit in match.clauses)


def _of_no_match(case: Case, wish: Wish, query: Query) -> Finding:
    nearest = _nearest(query, case.records)
    if not holds(query, nearest.document):
        return _not_matched(wish, query, nearest, others=len(case.records) - 1)
    appl_id = nearest.appl_id
    how_far = progress(case.session, [appl_id]).get(appl_id, Progress(None))
    found = wish.silence(how_far.last_at or case.now) or case.silenced or _waits(how_far, appl_id)
    if found is not None:
        return replace(found, about=wish.about)
    words = f"It finds record {appl_id} in version {nearest.version}, and never noted it."
    return Finding(Outcome.UNEXPLAINED, words, wish.about)


def _waits(how_far: Progress, appl_id: int) -> Finding | None:
    if not how_far.waits:
        return None
    return Finding(WAITS[how_far.waits], f"It finds record {appl_id}, which is {how_far.waits}.")


def _of_search_for_changes(
    case: Case, wish: Wish, query: Query, saved_search_id: int
) -> Iterator[Finding]:
    concerned = [one for one in case.happenings if one[0].concerns(wish.since)]
    if not concerned:
        yield _unchanged(case, wish)
        return
    found = [event for event, record in concerned if holds(query, record.document)]
    if not found:
        nearest = _nearest(query, [record for _, record in concerned])
        yield _not_matched(wish, query, nearest, others=len(concerned) - 1)
    yield from _newest_and_untold(
        _of_event(case, wish, event, partial(_finds, saved_search_id)) for event in found
    )


def _nearest(query: Query, records: Sequence[Record]) -> Record:
    """Return the record that comes nearest; of equals the first, which is the newest."""
    return min(records, key=lambda record: lacking(query, record.document))


def _not_matched(wish: Wish, query: Query, nearest: Record, *, others: int) -> Finding:
    return Finding(
        Outcome.NOT_MATCHED,
        f"It does not find record {nearest.appl_id} in version {nearest.version}.",
        wish.about,
        appl_id=nearest.appl_id,
        version=nearest.version,
        failures=failures(query, nearest.document),
        others=others,
    )
