"""Workers are killed while they drain: the short form of ``python -m tests.chaos.celery_loss``."""

import random
from pathlib import Path

import pytest
from tests.chaos.celery_loss import Run, drain_ours


@pytest.mark.timeout(180)
def test_no_mail_is_lost_or_sent_twice_when_workers_are_killed_while_they_drain(
    tmp_path: Path,
) -> None:
    run = Run(200, 2, tmp_path / "ours", random.Random(1), lease=3)  # noqa: S311 - when to kill
    outcome = drain_ours(run)
    assert (outcome.tasks, outcome.never, outcome.twice) == (200, 0, 0)
