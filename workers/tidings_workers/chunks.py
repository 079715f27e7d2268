"""Fat messages: one bell for a hundred rows costs what one for a single row does."""

from collections.abc import Sequence

from tidings.jobs import Job
from tidings_workers.wiring import ring

CHUNK = 100


def ring_chunks(job: Job, ids: Sequence[int]) -> None:
    """Ring ``job`` for all of ``ids``, a hundred at a time."""
    for start in range(0, len(ids), CHUNK):
        ring(job, list(ids[start : start + CHUNK]))
