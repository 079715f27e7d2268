"""Eight processes write one SQLite file."""

from pathlib import Path

import pytest
from tests.chaos.sqlite_writers import run


@pytest.mark.timeout(120)
def test_nobody_is_refused_and_no_update_is_lost_where_a_plain_begin_refuses_many(
    tmp_path: Path,
) -> None:
    ours = run(tmp_path, processes=8, seconds=3)
    assert (ours.refused, ours.lost, ours.is_sound) == (0, 0, True), ours
    assert ours.done > 50
    plain = run(tmp_path, processes=8, seconds=1, plain=True)
    assert plain.refused > 0, plain
    assert plain.is_sound
