"""When a breaker opens, and for how long."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tidings.upkeep.circuit import Circuit, Limits, after_failure

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LIMITS = Limits(threshold=3, cool_off=timedelta(seconds=10), longest=timedelta(minutes=1))


def failed(circuit: Circuit, now: datetime, *, probing: bool = False) -> Circuit:
    return after_failure(circuit, LIMITS, now, probing=probing)


def opened(now: datetime = NOW) -> Circuit:
    circuit = Circuit()
    for _ in range(LIMITS.threshold):
        circuit = failed(circuit, now)
    return circuit


def test_it_opens_with_the_failure_that_is_one_too_many() -> None:
    nearly = failed(failed(Circuit(), NOW), NOW)
    assert not nearly.is_open(NOW)
    circuit = failed(nearly, NOW)
    assert circuit == Circuit(3, 1, NOW + timedelta(seconds=10))
    assert circuit.is_open(NOW + timedelta(seconds=9.9))
    assert not circuit.is_open(NOW + timedelta(seconds=10))


def test_each_pause_is_twice_as_long_as_the_one_before_up_to_the_longest() -> None:
    circuit, now, pauses = opened(), NOW, list[float]()
    for _ in range(6):
        assert circuit.open_until is not None
        pauses.append((circuit.open_until - now).total_seconds())
        now = circuit.open_until
        circuit = failed(circuit, now, probing=True)
    assert pauses == [10, 20, 40, 60, 60, 60]


def test_failures_that_come_late_do_not_make_a_pause_longer() -> None:
    circuit = opened()
    late = failed(circuit, NOW + timedelta(seconds=5))
    assert (late.open_until, late.openings) == (circuit.open_until, circuit.openings)


def test_the_one_who_probes_opens_it_again_although_it_is_closed_to_others_meanwhile() -> None:
    probed = Circuit(3, 1, NOW + timedelta(seconds=10))  # the probe put its end off
    circuit = failed(probed, NOW, probing=True)
    assert circuit == Circuit(4, 2, NOW + timedelta(seconds=20))


@given(st.lists(st.tuples(st.integers(0, 100), st.booleans()), max_size=60))
def test_no_pause_is_longer_than_the_longest_whatever_fails_when(
    failures: list[tuple[int, bool]],
) -> None:
    circuit, now = Circuit(), NOW
    for seconds, probing in failures:
        now += timedelta(seconds=seconds)
        circuit = failed(circuit, now, probing=probing)
        assert circuit.open_until is None or circuit.open_until <= now + LIMITS.longest
    assert circuit.failures == len(failures)
