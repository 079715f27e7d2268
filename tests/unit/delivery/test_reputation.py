"""When others' refusals and complaints are a reason to act."""

import pytest

from tidings.delivery.reputation import is_alarming, is_refused


@pytest.mark.parametrize(
    ("readers", "handed_over", "stops"),
    [
        (1, 1, False),
        (2, 2, False),
        (3, 3, True),
        (3, 150, True),
        (3, 151, False),
        (400, 20_000, True),
    ],
)
def test_mail_stops_when_several_readers_and_a_share_of_all_refuse_our_domain(
    *, readers: int, handed_over: int, stops: bool
) -> None:
    assert is_refused(range(readers), handed_over) is stops


@pytest.mark.parametrize(
    ("complaints", "handed_over", "alarms"),
    [(0, 0, False), (1, 10, False), (2, 2_000, True), (2, 2_001, False), (30, 10_000, True)],
)
def test_one_complaint_in_a_thousand_mails_is_an_alarm(
    *, complaints: int, handed_over: int, alarms: bool
) -> None:
    assert is_alarming(complaints, handed_over) is alarms
