"""Answers that take as long for a stranger as for a reader: time is not to tell whom we know."""

from collections.abc import Generator
from contextlib import contextmanager
from time import monotonic, sleep

BEAT = 0.01
"""Seconds; what an address brings about takes a third of it, and a twentieth more for a new one."""


@contextmanager
def evenly() -> Generator[None]:
    """Let what is done inside last a whole number of beats."""
    began = monotonic()
    try:
        yield
    finally:
        sleep(BEAT - (monotonic() - began) % BEAT)
