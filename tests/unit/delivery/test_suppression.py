"""Standards, row suppression: when an address gets nothing, by rules and by every path to them."""

from datetime import datetime, timedelta

from conftest import NOW
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tidings.delivery.suppression import (
    SOFT_BOUNCES,
    WAITS,
    WINDOW,
    Hold,
    Reason,
    after_arrival,
    after_soft_bounce,
    hold_for_good,
)

LASTING = st.sampled_from([one for one in Reason if one is not Reason.SOFT])
MINUTE = timedelta(minutes=1)


def test_suppression_the_third_soft_bounce_in_two_weeks_begins_a_rest_of_a_day() -> None:
    assert after_soft_bounce(None, SOFT_BOUNCES - 1, now=NOW) is None
    hold = after_soft_bounce(None, SOFT_BOUNCES, now=NOW)
    assert hold == Hold(Reason.SOFT, NOW, NOW + timedelta(days=1))


def test_suppression_each_rest_is_longer_and_the_longest_stays() -> None:
    hold, now, waits = None, NOW, list[timedelta]()
    for _ in range(len(WAITS) + 1):
        hold = after_soft_bounce(hold, SOFT_BOUNCES, now=now)
        assert hold is not None
        assert hold.until is not None
        waits.append(hold.until - now)
        now = hold.until + MINUTE
    assert waits == [*WAITS, WAITS[-1]]


def test_suppression_a_bounce_of_a_mail_from_before_the_rest_changes_nothing() -> None:
    hold = Hold(Reason.SOFT, NOW, NOW + WAITS[1])
    assert after_soft_bounce(hold, 9, now=NOW + WAITS[0]) is hold


def test_suppression_two_quiet_weeks_after_a_rest_it_is_forgotten() -> None:
    hold = Hold(Reason.SOFT, NOW - WAITS[2] - WINDOW, NOW - WINDOW)
    assert after_soft_bounce(hold, 1, now=NOW) is None
    assert after_soft_bounce(hold, 1, now=NOW - MINUTE) == Hold(
        Reason.SOFT, NOW - MINUTE, NOW - MINUTE + WAITS[3]
    )


class Address(RuleBasedStateMachine):
    """One address, and everything that can happen to it, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.hold: Hold | None = None
        self.bounced: list[datetime] = []
        self.ended: Reason | None = None

    @rule(hours=st.integers(1, 24 * 40))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def a_mail_bounces(self) -> None:
        self.bounced.append(self.now)
        recent = sum(at > self.now - WINDOW for at in self.bounced)
        before = self.hold
        self.hold = after_soft_bounce(self.hold, recent, now=self.now)
        if self.hold is not None and self.hold != before:
            assert self.hold.until is not None
            assert self.hold.until - self.now in WAITS
            assert recent >= SOFT_BOUNCES or before is not None

    @rule(reason=LASTING)
    def something_for_good_happens(self, reason: Reason) -> None:
        self.hold = hold_for_good(self.hold, reason, now=self.now)
        self.ended = self.ended or reason

    @rule()
    def a_mail_arrives(self) -> None:
        self.hold = after_arrival(self.hold)
        assert self.ended is not None or self.hold is None

    @rule()
    def an_operator_lifts_it(self) -> None:
        self.hold, self.ended = None, None

    @invariant()
    def what_is_for_good_stays_with_its_first_reason(self) -> None:
        if self.ended is not None:
            assert self.hold is not None
            assert (self.hold.reason, self.hold.until) == (self.ended, None)
            assert self.hold.holds(self.now)

    @invariant()
    def only_a_rest_ends_by_itself(self) -> None:
        if self.hold is not None and self.ended is None:
            assert self.hold.reason is Reason.SOFT
            assert self.hold.until is not None
            assert self.hold.until - self.hold.since in WAITS


TestEveryPathOfAnAddress = Address.TestCase
