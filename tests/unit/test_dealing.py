"""How the tests themselves are dealt out to processes."""

from types import SimpleNamespace
from typing import cast

import pytest
from dealing import dealt


def made(name: str, seconds: float | None = None) -> pytest.Item:
    mark = None if seconds is None else SimpleNamespace(args=(seconds,))

    def closest(_name: str) -> SimpleNamespace | None:
        return mark

    return cast("pytest.Item", SimpleNamespace(nodeid=name, get_closest_marker=closest))


def names(tests: list[pytest.Item]) -> list[str]:
    return [one.nodeid for one in tests]


SHORT = [made(f"short::{number}") for number in range(8)]
LONG = [made("chaos::1", 400), made("chaos::2", 400), made("up::1", 300)]


def test_each_process_begins_with_a_long_module_which_stays_together() -> None:
    found = names(dealt([*SHORT, *LONG], 2))

    assert found[:2] == ["chaos::1", "chaos::2"]
    assert found[6] == "up::1"


def test_none_is_lost_or_doubled_and_the_short_ones_keep_their_order() -> None:
    for hands in (1, 2, 3, 5, 20):
        found = names(dealt([*SHORT, *LONG], hands))

        assert sorted(found) == sorted(names([*SHORT, *LONG]))
        assert [name for name in found if name.startswith("short")] == names(SHORT)
