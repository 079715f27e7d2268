"""Waiting, and leaving alone what fails."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.errors import RetryableError
from tidings.reporter.breaker import Breaker
from tidings.reporter.pacing import next_slot
from tidings.reporter.patience import Patience, rate_limit_pause, retry_after

NOW = datetime(2021, 3, 26, 17, 35, 32, tzinfo=UTC)


@given(st.integers(1, 60), st.floats(0, 1))
def test_pauses_double_are_spread_and_never_pass_the_longest(failures: int, jitter: float) -> None:
    patience = Patience(first=timedelta(seconds=1), longest=timedelta(seconds=20))
    pause = patience.pause(failures, jitter)
    full = min(2.0 ** (failures - 1), 20)
    assert full / 2 <= pause.total_seconds() <= full


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("7", 7),
        (" 120 ", 120),
        ("99999999999999", 86_400),
        ("Fri, 26 Mar 2021 17:36:02 GMT", 30),
        ("Fri, 26 Mar 2021 17:00:00 GMT", 0),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(
    header: str | None, seconds: int | None
) -> None:
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert retry_after(header, NOW) == expected


@pytest.mark.parametrize(
    ("remaining", "reset", "seconds"),
    [
        ("99", "2021-03-26T17:36:32.8029779Z", None),
        ("0", "2021-03-26T17:36:32.8029779Z", 60.802977),
        ("0", "2021-03-26T17:30:00Z", 0),
        ("0", "2021-03-26T17:36:32", 60),
        ("0", "whenever", None),
        ("0", None, None),
        (None, "2021-03-26T17:36:32Z", None),
    ],
)
def test_a_spent_rate_limit_says_how_long_to_keep_still(
    remaining: str | None, reset: str | None, seconds: float | None
) -> None:
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert rate_limit_pause(remaining, reset, NOW) == expected


def test_the_breaker_opens_on_repeated_failure_and_tries_again_after_a_while() -> None:
    breaker = Breaker(threshold=3, cool_off=timedelta(seconds=10))
    for _ in range(3):
        breaker.check(NOW, whom="it")
        breaker.failed(NOW)
    with pytest.raises(RetryableError, match="failed 3 times") as refusal:
        breaker.check(NOW + timedelta(seconds=4), whom="it")
    assert refusal.value.after == timedelta(seconds=6)

    later = NOW + timedelta(seconds=10)
    breaker.check(later, whom="it")
    breaker.failed(later)
    assert breaker.is_open(later + timedelta(seconds=19))
    assert not breaker.is_open(later + timedelta(seconds=20))


def test_a_success_closes_the_breaker_for_good() -> None:
    breaker = Breaker(threshold=2, cool_off=timedelta(seconds=10))
    breaker.failed(NOW)
    breaker.succeeded()
    breaker.failed(NOW)
    assert not breaker.is_open(NOW)


@given(st.lists(st.integers(0, 10), min_size=1, max_size=30), st.floats(0.1, 5))
def test_slots_are_never_closer_than_the_interval(gaps: list[int], interval: float) -> None:
    apart = timedelta(seconds=interval)
    now, last = NOW, None
    for gap in gaps:
        now += timedelta(milliseconds=gap * 100)
        slot = next_slot(last, now, apart)
        assert slot >= now
        assert last is None or slot - last >= apart
        last = slot
