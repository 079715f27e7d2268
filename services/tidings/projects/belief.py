"""When an answer of the source is not to be believed (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

LEAST_SHARE = 0.98
"""A scope does not lose more than one record in fifty between two sweeps."""

SETTLED_AFTER, SETTLED_SWEEPS = timedelta(days=14), 3
"""A smaller total that stays for two weeks and three sweeps is the truth, not an accident."""

STORM_LEAST, STORM_SHARE = 20, 0.5
"""What changes alike on more than half of the awards read is the source's doing, not theirs."""


@dataclass(frozen=True)
class PastTotal:
    """What the source counted for the same criteria in an earlier sweep."""

    at: datetime
    total: int
    complete: bool


def is_shrunken(total: int, past: Sequence[PastTotal], *, now: datetime) -> bool:
    """Say whether ``total`` is too small after these earlier totals, given newest first."""
    complete = next((index for index, sweep in enumerate(past) if sweep.complete), None)
    if complete is None or total >= LEAST_SHARE * past[complete].total:
        return False
    alike = [
        sweep
        for sweep in past[:complete]
        if 0 < LEAST_SHARE * sweep.total <= total <= sweep.total / LEAST_SHARE
    ]
    settled = len(alike) >= SETTLED_SWEEPS and now - alike[-1].at >= SETTLED_AFTER
    return not settled


def is_storm(changed: int, examined: int) -> bool:
    """Say whether so many awards changed alike that the mail is to be held."""
    return changed >= STORM_LEAST and changed > STORM_SHARE * examined
