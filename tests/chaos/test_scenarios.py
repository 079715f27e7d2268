"""What the main job does not pass, killed and done again."""

import pytest
from tests.chaos.lane import open_world
from tests.chaos.matrix import KINDS
from tests.chaos.scenarios import run_all

pytestmark = pytest.mark.timeout(400)


PARTS = 4
"""Each with the same databases to make: more than there are processes at work, to balance them."""


@pytest.mark.parametrize("part", range(PARTS))
def test_what_is_killed_and_done_again_is_as_if_nothing_had_happened(part: int) -> None:
    kind = KINDS[part % len(KINDS)]
    with open_world([kind]) as (stores, _url):
        outcomes = list(run_all(stores, trials=1, part=part, parts=PARTS))
    assert [(one.hit.point, one.violations) for one in outcomes if one.violations] == []
    assert [one.hit.point for one in outcomes if one.kills != 1] == []
