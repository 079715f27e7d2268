"""What the main job does not pass, killed and done again."""

import pytest
from tests.chaos.lane import open_world
from tests.chaos.matrix import KINDS
from tests.chaos.scenarios import run_all

pytestmark = pytest.mark.timeout(400)


def test_what_is_killed_and_done_again_is_as_if_nothing_had_happened() -> None:
    with open_world(KINDS) as (stores, _url):
        outcomes = list(run_all(stores, trials=1))
    assert [(one.hit.point, one.violations) for one in outcomes if one.violations] == []
    assert [one.hit.point for one in outcomes if one.kills != 1] == []
