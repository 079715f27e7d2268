"""How long a failed delivery waits."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.delivery.backoff import FIRST_WAIT, LONGEST_WAIT, MAX_ATTEMPTS, wait_before

attempts = st.integers(2, 2 * MAX_ATTEMPTS)
jitters = st.floats(0, 1, exclude_max=True)
RETRIES = range(2, MAX_ATTEMPTS + 1)


@given(attempts, jitters)
def test_a_wait_lies_in_the_second_half_of_its_ceiling(attempt: int, jitter: float) -> None:
    ceiling = min(FIRST_WAIT * 2 ** (attempt - 2), LONGEST_WAIT)
    assert ceiling / 2 <= wait_before(attempt, jitter=jitter) <= ceiling


@given(attempts, jitters)
def test_the_same_chance_never_waits_shorter_the_next_time(attempt: int, jitter: float) -> None:
    assert wait_before(attempt, jitter=jitter) <= wait_before(attempt + 1, jitter=jitter)


@given(attempts, jitters, jitters)
def test_more_jitter_waits_longer(attempt: int, one: float, other: float) -> None:
    less, more = sorted((one, other))
    assert wait_before(attempt, jitter=less) <= wait_before(attempt, jitter=more)


@pytest.mark.parametrize(
    ("attempt", "minutes"), [(2, 5), (3, 10), (4, 20), (8, 320), (9, 360), (17, 360)]
)
def test_waits_double_up_to_six_hours(attempt: int, minutes: int) -> None:
    nearly = wait_before(attempt, jitter=0.999999999)
    assert nearly.total_seconds() / 60 == pytest.approx(minutes)


def test_all_attempts_together_take_about_two_days() -> None:
    whole = sum((wait_before(attempt, jitter=0.5) for attempt in RETRIES), timedelta())
    shortest = sum((wait_before(attempt, jitter=0) for attempt in RETRIES), timedelta())
    assert timedelta(hours=44) < whole < timedelta(hours=52)
    assert shortest > timedelta(hours=24)


@pytest.mark.parametrize("attempt", [1, 0, -1])
def test_the_first_attempt_needs_no_wait(attempt: int) -> None:
    with pytest.raises(ValueError, match="no wait"):
        wait_before(attempt, jitter=0)
