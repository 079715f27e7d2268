"""Look through what has happened for what a search would have told; of too much, through a part."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from tidings.flows.find_past import Event, Find, events_of, find_past, worth_a_look
from tidings.flows.scratch import Past, read_past
from tidings.projects.past_queries import Span, happenings, moved_at, watched_since
from tidings.searches.candidates import RECORD_FIELDS
from tidings.searches.canonical import canonical_form, search_hash
from tidings.searches.document import NUMBER_OF_FIELD
from tidings.searches.estimate import starts_of_weeks
from tidings.searches.past_queries import known_before
from tidings.searches.query import Query
from tidings.searches.store_queries import candidate_ids

LOOKED_AT = RECORD_FIELDS.union(NUMBER_OF_FIELD.values())
"""Fields of a record that searches look at: while these stay, a search holds or it does not."""

KNUTH = 2_654_435_761
"""Spreads numbers evenly over 32 bits, whatever order they come in."""


@dataclass(frozen=True)
class Look:
    """What was found in ``span``: all of it in ``exact``, its end, and a ``share`` of the rest.

    ``past`` is that of the projects found in ``exact``, and what a replay of it needs. The
    ``sampled`` finds are those of the studies that were looked at, one in so many, before that.
    """

    span: Span
    exact: Span
    past: Past
    finds: Sequence[Find]
    sampled: Sequence[Find]
    share: float

    @property
    def is_whole(self) -> bool:
        """Whether all of the span was looked through."""
        return self.exact.after == self.span.after


def look_back(session: Session, query: Query, asked: Span, *, most: int) -> Look:
    """Return what ``query`` would have told in that time, had it been saved when it began.

    The time begins at the earliest when the first sweep was complete. Of more than ``most`` events
    whole weeks at the end are looked through, with half of them, and a sample of the studies.
    """
    began = watched_since(session) or asked.until
    span = Span(min(max(asked.after, began), asked.until), asked.until)
    among = frozenset(candidate_ids(session, query, ever=True))
    moved = moved_at(session, span, among, LOOKED_AT)
    happened = events_of(list(happenings(session, span, among)))
    events = worth_a_look(happened, query, span, moved)
    known = known_before(session, search_hash(canonical_form(query)), span.after)
    exact = Span(_all_from(events, span, most), span.until)

    def find(some: Sequence[Event], during: Span) -> list[Find]:
        return find_past(session, query, some, span=during, known=known, among=among)

    finds = find([event for event in events if event.at > exact.after], exact)
    before = [event for event in events if event.at <= exact.after]
    share = min(1.0, most / 2 / len(before)) if before else 1.0
    chosen = [event for event in before if _is_chosen(event.project_id, share)]
    past = read_past(session, {(find.project_id, find.sweep_id) for find in finds}, exact)
    return Look(span, exact, past, finds, find(chosen, span), share)


def _all_from(events: Sequence[Event], span: Span, most: int) -> datetime:
    """Return from when on all events can be looked at."""
    if len(events) <= most:
        return span.after
    starts = starts_of_weeks(*span)
    counts = Counter(_week_of(event.at, starts) for event in events)
    room, since = most // 2, span.until
    for number in reversed(range(len(starts))):
        room -= counts[number]
        if room < 0:
            break
        since = starts[number]
    return since


def _week_of(at: datetime, starts: Sequence[datetime]) -> int:
    return max((number for number, start in enumerate(starts) if start < at), default=0)


def _is_chosen(project_id: int, share: float) -> bool:
    """Say whether a project is in a sample of that share: always the same ones."""
    return project_id * KNUTH % 2**32 < share * 2**32
