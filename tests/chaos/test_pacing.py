"""Eight processes keep one pace and one quiet, as the other side sees it."""

import pytest
from sqlalchemy import Engine
from tests.chaos.pacing import Findings, judge, watch

from tidings.sandbox.visits import Visit

INTERVAL = 0.3


@pytest.mark.timeout(120)  # processes start slowly where others use the machine
def test_eight_processes_ask_as_one_and_all_wait_when_one_is_told_to(engine: Engine) -> None:
    database = engine.url.render_as_string(hide_password=False)
    found = watch(database, interval=INTERVAL, seconds=14, quiet=2)
    assert found.requests >= 16, found
    assert found.closest >= INTERVAL, found
    assert found.refused == 2, found
    assert found.early <= 0, found


def test_the_judge_sees_who_comes_too_close_or_too_early() -> None:
    visits = [Visit(0.0, "/", 200), Visit(0.5, "/", 429), Visit(2.4, "/", 429), Visit(9.0, "/")]
    assert judge(visits, quiet=2, dated=8.9) == Findings(4, 2, 0.5, 2.5 - 2.4)
    assert judge(visits, quiet=1, dated=9.5).early == 0.5
