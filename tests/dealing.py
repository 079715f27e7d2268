"""In which order tests run in several processes: each begins with what takes long.

Else the last of them wait alone for leases and clocks while the other processors rest, and a
module whose fixtures are dear is torn apart, and makes them once in each process.
"""

from collections import defaultdict
from collections.abc import Sequence
from itertools import islice

import pytest

USUAL = 60
"""Seconds that a test has if it asks for no more; whoever asks takes long."""


def dealt(tests: Sequence[pytest.Item], hands: int) -> list[pytest.Item]:
    """Return the tests in as many equal runs as there are processes, the long ones of each first.

    pytest-xdist gives every process such a run; whoever is done takes from the end of another's.
    """
    modules: dict[str, list[pytest.Item]] = defaultdict(list)
    short: list[pytest.Item] = []
    for test in tests:
        (modules[test.nodeid.partition("::")[0]] if patience(test) > USUAL else short).append(test)
    dealt_out: list[list[pytest.Item]] = [[] for _ in range(hands)]
    burdens = [0.0] * hands
    for module in sorted(modules.values(), key=lambda module: -burden(module)):
        lightest = burdens.index(min(burdens))
        dealt_out[lightest] += module
        burdens[lightest] += burden(module)
    run = -(-len(tests) // hands)
    waiting = iter(short)
    for hand in dealt_out[:-1]:
        hand.extend(islice(waiting, max(0, run - len(hand))))
    return [test for hand in dealt_out for test in hand] + list(waiting)


def patience(test: pytest.Item) -> float:
    """Return the seconds that a test may take."""
    mark = test.get_closest_marker("timeout")
    return float(mark.args[0]) if mark else USUAL


def burden(module: Sequence[pytest.Item]) -> float:
    """Return how long a module may take, as far as its tests say."""
    return max(map(patience, module)) + len(module)
