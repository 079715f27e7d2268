"""A smaller answer is not believed at once, nor doubted for ever."""

from datetime import timedelta

import pytest
from conftest import NOW

from tidings.projects.belief import PastTotal, is_shrunken, is_storm


def past(days: int, total: int, *, complete: bool = True) -> PastTotal:
    return PastTotal(NOW - timedelta(days=days), total, complete)


@pytest.mark.parametrize(
    ("total", "shrunken"), [(980, False), (979, True), (0, True), (2000, False)]
)
def test_a_scope_may_lose_one_record_in_fifty(total: int, shrunken: bool) -> None:  # noqa: FBT001 - a table
    assert is_shrunken(total, [past(7, 1000)], now=NOW) is shrunken


def test_with_nothing_to_compare_every_total_is_believed() -> None:
    assert not is_shrunken(0, [], now=NOW)
    assert not is_shrunken(0, [past(7, 1000, complete=False)], now=NOW)


def test_a_smaller_total_that_stays_for_weeks_is_believed_in_the_end() -> None:
    held = [past(days, 900, complete=False) for days in (2, 9, 16)]

    assert is_shrunken(900, [*held[:2], past(23, 1000)], now=NOW)
    assert not is_shrunken(900, [*held, past(23, 1000)], now=NOW)


def test_totals_that_jump_about_do_not_settle() -> None:
    held = [
        past(2, 900, complete=False),
        past(9, 500, complete=False),
        past(16, 900, complete=False),
    ]

    assert is_shrunken(900, [*held, past(23, 1000)], now=NOW)


def test_an_empty_answer_never_settles() -> None:
    held = [past(days, 0, complete=False) for days in (2, 9, 16, 23)]

    assert is_shrunken(0, [*held, past(30, 1000)], now=NOW)


@pytest.mark.parametrize(
    ("changed", "examined", "storm"),
    [(19, 19, False), (20, 39, True), (20, 40, False), (60, 117, True), (58, 117, False)],
)
def test_a_storm_is_more_than_half_of_what_was_read_and_twenty_at_least(
    changed: int,
    examined: int,
    storm: bool,  # noqa: FBT001 - a table
) -> None:
    assert is_storm(changed, examined) is storm
