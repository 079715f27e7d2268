"""A short soak: real processes, and a few of them killed."""

import pytest
from tests.chaos.soak import soak

pytestmark = pytest.mark.timeout(400)


def test_everything_is_told_once_though_processes_are_killed() -> None:
    tally, totals = soak("postgresql", minutes=0.3, seed=7)
    assert tally.wrong == []
    assert sum(tally.faults.values()) >= 1
    assert "0 violations" in totals
