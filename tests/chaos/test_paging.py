"""Nothing that stays is missed while records come and go."""

from collections.abc import Generator

import pytest
from tests.chaos.paging import CHURNS, CORPUS, compare

from tidings.sandbox.running import Options, Sandbox, running_sandbox

SEEDS = range(1, 16)


@pytest.fixture(scope="module")
def sandbox() -> Generator[Sandbox]:
    with running_sandbox(Options(corpus=CORPUS)) as running:
        yield running


@pytest.mark.parametrize("name", CHURNS)
def test_no_steady_record_is_missed_while_others_come_and_go(name: str, sandbox: Sandbox) -> None:
    comes, goes = CHURNS[name]
    ours, naive = compare(sandbox, SEEDS, comes=comes, goes=goes)
    assert (ours.missed, ours.wrong) == (0, 0)
    assert ours.steady > 30_000
    assert naive.missed > 50  # so there was something to miss
