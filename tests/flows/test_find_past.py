"""Which events a search has to look at again when its past is replayed."""

from datetime import timedelta

from conftest import NOW

from tidings.flows.find_past import Event, worth_a_look
from tidings.projects.models import ChangeKind, Severity
from tidings.projects.past_queries import Span
from tidings.searches.grammar import parse

WEEK = timedelta(weeks=1)
SPAN = Span(NOW, NOW + 9 * WEEK)
CUT = ((ChangeKind.END_CUT, Severity.CRITICAL),)


def event(week: int, *, told: tuple[tuple[ChangeKind, Severity], ...] = ()) -> Event:
    return Event(NOW + week * WEEK, week, 7, 1, told)


def weeks_of(events: list[Event]) -> list[int]:
    return [one.sweep_id for one in events]


def test_an_event_is_looked_at_when_what_searches_read_has_moved_since_the_one_before() -> None:
    moved = {1: [NOW + 2 * WEEK, NOW + 5 * WEEK]}
    kept = worth_a_look([event(week) for week in range(1, 7)], parse("cells"), SPAN, moved)
    assert weeks_of(kept) == [2, 5]


def test_what_moved_unseen_is_looked_at_with_the_next_event_whatever_that_is() -> None:
    moved = {1: [NOW + 2 * WEEK]}  # held by the storm breaker, so that it is no event
    kept = worth_a_look([event(1), event(4), event(5)], parse("cells"), SPAN, moved)
    assert weeks_of(kept) == [4]


def test_what_a_search_knew_when_it_was_saved_is_not_looked_at_again() -> None:
    assert worth_a_look([event(1)], parse("cells"), SPAN, {1: [NOW - WEEK, NOW]}) == []


def test_a_search_for_changes_looks_at_all_that_is_told_and_at_nothing_else() -> None:
    kept = worth_a_look([event(1), event(2, told=CUT)], parse("change:end_cut"), SPAN, {})
    assert weeks_of(kept) == [2]
