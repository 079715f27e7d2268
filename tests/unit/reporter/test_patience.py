"""How long to wait."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
        ("Fri, 26 Mar 2121 17:36:02 GMT", 86_400),
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
        ("0", "9999-12-31T23:59:59Z", 86_400),
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
