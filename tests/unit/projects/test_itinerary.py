"""A sweep counts its parts, cuts what is too large, and reads every piece to its end."""

from datetime import date

import pytest

from tidings.errors import RejectedError
from tidings.projects.itinerary import (
    PIECES,
    Close,
    Count,
    Piece,
    Read,
    closed,
    counted,
    first_pieces,
    next_step,
    part_total,
    written,
)
from tidings.reporter.criteria import Criteria, DateRange
from tidings.reporter.paging import PAGE, PageRequest, PageSeen
from tidings.reporter.scope import LARGEST, REACHABLE, Part

TODAY = date(2026, 11, 23)
SCOPE = (Part("scope", Criteria(fiscal_years=(2026,))), Part("more", Criteria(appl_ids=(1,))))


def seen(offset: int, received: int, *, total: int) -> PageSeen:
    return PageSeen(offset, PAGE, total, received)


def ready(total: int = 700) -> tuple[Piece, ...]:
    return counted(first_pieces(SCOPE[:1]), 0, total, today=TODAY)


def test_everything_is_counted_before_anything_is_read() -> None:
    pieces = first_pieces(SCOPE)
    assert next_step(pieces, {}) == Count(0)

    pieces = counted(pieces, 0, 700, today=TODAY)
    assert next_step(pieces, {}) == Count(1)

    pieces = counted(pieces, 1, 1, today=TODAY)
    assert next_step(pieces, {}) == Read(0, PageRequest(0))


def test_a_part_too_large_is_halved_until_its_pieces_are_small() -> None:
    pieces = first_pieces(SCOPE[:1])
    steps = 0
    while isinstance(step := next_step(pieces, {}), Count):
        whole = pieces[step.index].is_whole
        pieces = counted(pieces, step.index, 30_000 if whole else 9_000 + steps, today=TODAY)
        steps += 1

    assert [piece.part for piece in pieces] == ["scope", "scope"]
    assert part_total(pieces, "scope") == 9_001 + 9_002
    spans = [piece.criteria.date_added or DateRange.model_construct() for piece in pieces]
    assert spans[0].from_date is None
    assert spans[1].to_date is None
    assert (spans[1].from_date or TODAY) > (spans[0].to_date or TODAY)
    assert len({piece.partition for piece in pieces}) == 2


def test_one_day_that_cannot_be_paged_is_refused_in_words() -> None:
    day = DateRange(from_date=TODAY, to_date=TODAY)
    pieces = first_pieces([Part("scope", Criteria(date_added=day))])

    assert counted(pieces, 0, LARGEST + 1, today=TODAY)[0].total == LARGEST + 1
    with pytest.raises(RejectedError, match="narrow the scope"):
        counted(pieces, 0, REACHABLE + 1, today=TODAY)


def test_a_piece_read_in_one_answer_needs_no_second_count() -> None:
    pieces, pages = ready(117), [seen(0, 117, total=117)]

    assert next_step(pieces, {"scope": pages}) == Close(0, 117)
    pieces = closed(pieces, 0, 117, pages)
    assert next_step(pieces, {"scope": pages}) is None
    assert pieces[0].total_last == 117


def test_a_piece_of_several_pages_is_counted_again_at_the_end() -> None:
    pieces, pages = ready(), [seen(0, 500, total=700)]
    assert next_step(pieces, {"scope": pages}) == Read(0, PageRequest(499))

    pages.append(seen(499, 201, total=700))
    assert next_step(pieces, {"scope": pages}) == Count(0, again=True)
    assert next_step(closed(pieces, 0, 700, pages), {"scope": pages}) is None


def test_a_source_that_moved_is_read_again_and_at_last_marked() -> None:
    pieces, pages = ready(), [seen(0, 500, total=700), seen(500, 200, total=700)]

    for run in (2, 3):
        pieces = closed(pieces, 0, 699, pages)
        assert pieces[0].partition == f"scope#{run}"
        assert next_step(pieces, {"scope": pages}) == Read(0, PageRequest(0))
    pieces = closed(pieces, 0, 698, pages)

    assert (pieces[0].moved, pieces[0].total_last) == (True, 698)


def test_what_is_written_down_reads_back() -> None:
    pieces = closed(ready(), 0, 700, [seen(0, 500, total=700), seen(500, 200, total=700)])

    assert PIECES.validate_python(written(pieces)) == pieces
