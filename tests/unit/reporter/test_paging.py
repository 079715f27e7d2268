"""Pages miss nothing."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tidings.reporter.body import RawRow
from tidings.reporter.paging import (
    LAST_OFFSET,
    PageRequest,
    PageSeen,
    Verdict,
    doubled_ids,
    has_churned,
    is_covered,
    next_page,
    page_verdict,
)


def test_a_page_is_judged_by_what_the_total_promises() -> None:
    assert page_verdict(1200, 500, 500, 500) is Verdict.OK
    assert page_verdict(1200, 1000, 500, 200) is Verdict.OK
    assert page_verdict(1200, 1000, 500, 199) is Verdict.SHORT
    assert page_verdict(117, 0, 500, 120) is Verdict.SURPLUS
    assert page_verdict(0, 0, 500, 0) is Verdict.OK
    assert page_verdict(100, 500, 500, 0) is Verdict.OK


def test_pages_follow_each_other_and_share_one_row_until_the_total_is_reached() -> None:
    pages: list[PageSeen] = []
    while request := next_page(pages):
        received = min(500, 1200 - request.offset)
        pages.append(PageSeen(request.offset, request.limit, 1200, received))
    assert [page.offset for page in pages] == [0, 499, 998]
    assert is_covered(pages)


def test_an_empty_answer_is_one_page() -> None:
    assert next_page([]) == PageRequest(0, 500)
    assert next_page([PageSeen(0, 500, 0, 0)]) is None
    assert is_covered([PageSeen(0, 500, 0, 0)])


def test_where_the_total_moved_the_seam_is_read_again_and_then_pages_overlap_by_a_fifth() -> None:
    pages = [PageSeen(0, 500, 1200, 500), PageSeen(500, 500, 1198, 500)]
    assert has_churned(pages)
    assert next_page(pages) == PageRequest(400, 500)
    pages.append(PageSeen(400, 500, 1198, 500))
    assert next_page(pages) == PageRequest(900, 500)
    pages.append(PageSeen(900, 500, 1198, 298))
    assert next_page(pages) is None
    assert is_covered(pages)


def test_a_short_page_is_continued_where_it_broke_off() -> None:
    assert next_page([PageSeen(0, 500, 1200, 430)]) == PageRequest(429, 500)


def test_a_page_with_more_than_was_counted_ends_the_partition() -> None:
    assert next_page([PageSeen(0, 500, 117, 120)]) is None


def test_no_page_beyond_the_reach_of_the_source_is_asked_for() -> None:
    pages = [PageSeen(offset, 500, 20_000, 500) for offset in range(0, LAST_OFFSET + 1, 499)]
    assert next_page(pages) is None
    assert pages[-1].offset <= LAST_OFFSET
    assert not is_covered(pages)


def test_a_gap_between_pages_is_noticed() -> None:
    assert not is_covered([PageSeen(0, 500, 900, 400), PageSeen(500, 500, 900, 400)])
    assert not is_covered([])


def test_a_record_that_slipped_through_a_seam_is_noticed_although_the_total_stood_still() -> None:
    pages = [PageSeen(0, 500, 1200, 500, 1, 500), PageSeen(499, 500, 1200, 500, 501, 1000)]
    assert has_churned(pages)
    assert next_page(pages) == PageRequest(400, 500)


@pytest.mark.parametrize(
    ("first", "why"), [(500, "the seam holds"), (499, "one came before it"), (None, "unknown")]
)
def test_a_seam_that_lets_nothing_through_is_no_churn(first: int | None, why: str) -> None:
    pages = [PageSeen(0, 500, 1200, 500, 1, 500), PageSeen(499, 500, 1200, 500, first, 1000)]
    assert not has_churned(pages), why
    assert next_page(pages) == PageRequest(998, 500)


def test_awards_that_a_page_names_twice_are_found() -> None:
    values: list[object] = [{"appl_id": 1}, {"appl_id": 2}, {"appl_id": 1}, {}, {}, "no record"]
    assert doubled_ids(RawRow(b"", value) for value in values) == (1,)
    assert doubled_ids([]) == ()


@example(churn=[(0, 1)], where=0.0)
@given(
    churn=st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), max_size=30),
    where=st.floats(0, 1),
)
def test_a_reading_whose_seams_hold_misses_nothing_whatever_moved(
    churn: list[tuple[int, int]], where: float
) -> None:
    """Between two pages one record may go somewhere, and another come behind all others."""
    source = [number * 1000 for number in range(1, 2200)]
    steady, moves = set(source), iter(churn)
    pages: list[PageSeen] = []
    seen: set[int] = set()
    while request := next_page(pages):
        rows = source[request.offset : request.offset + request.limit]
        seen.update(rows)
        edges = (rows[0], rows[-1]) if rows else (None, None)
        pages.append(PageSeen(request.offset, 500, len(source), len(rows), *edges))
        goes, comes = next(moves, (0, 0))
        for _ in range(goes):
            steady.discard(source.pop(int(where * (len(source) - 1))))
        source += [source[-1] + 1] * comes
    assert has_churned(pages) or steady <= seen


@example(start=2242, churn=[-1, *[45] * 8, -1], where=0.0)
@given(
    start=st.integers(0, 4000),
    churn=st.lists(st.integers(-45, 45), max_size=40),
    where=st.floats(0, 1),
)
def test_what_was_there_throughout_is_seen_although_records_come_and_go(
    start: int, churn: list[int], where: float
) -> None:
    """At most 45 records come or go between two pages."""
    source = [number * 1000 for number in range(start)]
    steady = set(source)
    moves = iter(churn)
    pages: list[PageSeen] = []
    seen: set[int] = set()
    while request := next_page(pages):
        rows = source[request.offset : request.offset + request.limit]
        seen.update(rows)
        pages.append(PageSeen(request.offset, request.limit, len(source), len(rows)))
        move = next(moves, 0)
        reached = request.offset + len(rows)
        at = int(where * reached)
        if move < 0:
            steady -= set(source[at : at - move])
            del source[at : at - move]
        source[at:at] = [source[at - 1] + 1 + extra if at else -extra for extra in range(move)]
    assert steady <= seen
