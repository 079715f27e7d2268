"""The scope is cut into pieces that can be paged."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.errors import RejectedError
from tidings.reporter.criteria import Criteria, DateRange
from tidings.reporter.scope import (
    LARGEST,
    Part,
    fiscal_year,
    followed_parts,
    halves,
    make_plan,
    scope_parts,
)

TODAY = date(2026, 11, 23)


def counter(days: dict[date, int]) -> Callable[[Criteria], int]:
    """Return a source that added so many records on each of these days."""

    def count(criteria: Criteria) -> int:
        span = criteria.date_added or DateRange.model_construct()
        first, last = span.from_date or date.min, span.to_date or date.max
        return sum(number for day, number in days.items() if first <= day <= last)

    return count


def test_the_fiscal_year_begins_in_october() -> None:
    assert fiscal_year(date(2026, 9, 30)) == 2026
    assert fiscal_year(date(2026, 10, 1)) == 2027


def test_the_scope_is_the_last_years_and_all_that_is_active() -> None:
    (part,) = scope_parts(years=2, active=True, agencies=["nci "], states=["az", "MN"], today=TODAY)
    assert part.criteria.wire() == {
        "fiscal_years": [2026, 2027],
        "include_active_projects": True,
        "agencies": ["NCI"],
        "org_states": ["AZ", "MN"],
    }


def test_a_small_scope_is_one_partition() -> None:
    plan = make_plan([Part("scope", Criteria())], count=counter({TODAY: 20}), today=TODAY)
    assert [(piece.name, piece.total) for piece in plan.partitions] == [("scope", 20)]
    assert plan.missing == 0


@given(st.dictionaries(st.dates(date(2011, 1, 1), TODAY), st.integers(0, LARGEST), max_size=25))
def test_pieces_are_small_share_no_day_and_leave_none_out(days: dict[date, int]) -> None:
    plan = make_plan([Part("all", Criteria())], count=counter(days), today=TODAY)
    assert all(piece.total <= LARGEST for piece in plan.partitions)
    assert plan.missing == 0
    for day in days:
        holders = [p for p in plan.partitions if counter({day: 1})(p.criteria)]
        assert len(holders) == 1
    assert len({piece.name for piece in plan.partitions}) == len(plan.partitions)


def test_a_source_that_moved_while_it_was_planned_shows_in_the_sums() -> None:
    counts = iter([12_000, 6_000, 5_990])
    plan = make_plan([Part("all", Criteria())], count=lambda _: next(counts), today=TODAY)
    assert plan.missing == 10


def test_one_day_above_the_limit_is_one_partition_while_paging_can_reach_it() -> None:
    day = date(2026, 8, 29)
    plan = make_plan([Part("all", Criteria())], count=counter({day: 12_000}), today=TODAY)
    assert [piece.total for piece in plan.partitions if piece.total] == [12_000]


def test_one_day_beyond_the_reach_of_paging_is_refused_in_words() -> None:
    day = date(2026, 8, 29)
    with pytest.raises(RejectedError, match="16000 records of all:2026-08-29"):
        make_plan([Part("all", Criteria())], count=counter({day: 16_000}), today=TODAY)


def test_halves_keep_all_other_criteria() -> None:
    cut = halves(Criteria(agencies=("NCI",), fiscal_years=(2026,)), today=TODAY)
    assert cut is not None
    assert {half.agencies for half in cut} == {("NCI",)}
    assert {half.fiscal_years for half in cut} == {(2026,)}


def test_the_followed_are_asked_for_in_batches_without_doubles() -> None:
    parts = followed_parts(
        appl_ids=[*range(1, 451), 3], project_nums=[f"R01CA{n:06d}" for n in range(51)]
    )
    sizes = [len(part.criteria.appl_ids) or len(part.criteria.project_nums) for part in parts]
    assert sizes == [200, 200, 50, 50, 1]
    assert len({part.name for part in parts}) == 5
    assert followed_parts() == ()
