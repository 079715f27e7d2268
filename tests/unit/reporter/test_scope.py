"""The scope is cut into pieces that can be paged."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tidings.reporter.criteria import Criteria, DateRange
from tidings.reporter.scope import (
    fiscal_year,
    followed_parts,
    halves,
    scope_parts,
)

TODAY = date(2026, 11, 23)


def added_on(criteria: Criteria, day: date) -> bool:
    """Say whether a record that was added on ``day`` meets the criteria."""
    span = criteria.date_added or DateRange.model_construct()
    return (span.from_date or date.min) <= day <= (span.to_date or date.max)


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


@given(st.lists(st.booleans(), max_size=40), st.dates(date(2009, 1, 1), date(2030, 1, 1)))
def test_halves_share_no_day_and_leave_none_out(way: list[bool], day: date) -> None:
    whole = Criteria()
    for upper in way:
        if (cut := halves(whole, today=TODAY)) is None:
            break
        assert added_on(cut[0], day) + added_on(cut[1], day) == added_on(whole, day)
        whole = cut[upper]


def test_halving_ends_at_a_single_day() -> None:
    whole, steps = Criteria(), 0
    while cut := halves(whole, today=TODAY):
        whole, steps = cut[0] if added_on(cut[0], date(2026, 8, 29)) else cut[1], steps + 1
    assert whole.date_added == DateRange(from_date=date(2026, 8, 29), to_date=date(2026, 8, 29))
    assert steps < 15


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
