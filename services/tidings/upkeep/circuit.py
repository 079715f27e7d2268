"""When to leave somebody alone who fails again and again, and for how long (pure)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

MOST_DOUBLINGS = 16


@dataclass(frozen=True)
class Limits:
    """After ``threshold`` failures in a row comes a pause of ``cool_off``.

    Each time the first request after a pause fails too, the next is twice as long, up to
    ``longest``.
    """

    threshold: int = 8
    cool_off: timedelta = timedelta(minutes=1)
    longest: timedelta = timedelta(minutes=30)


@dataclass(frozen=True)
class Circuit:
    """Failures in a row, pauses in a row, and until when nobody is asked."""

    failures: int = 0
    openings: int = 0
    open_until: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Say whether nothing may be asked now."""
        return self.open_until is not None and now < self.open_until


def after_failure(circuit: Circuit, limits: Limits, now: datetime, *, probing: bool) -> Circuit:
    """Return where a circuit stands after one more failure.

    ``probing`` is the one request that may go when a pause is over. The failures of others during
    a pause belong to requests that went before it, and do not make it longer.
    """
    failures = circuit.failures + 1
    is_late = circuit.is_open(now) and not probing
    if failures < limits.threshold or is_late:
        return replace(circuit, failures=failures)
    pause = min(limits.cool_off * 2 ** min(circuit.openings, MOST_DOUBLINGS), limits.longest)
    return Circuit(failures, circuit.openings + 1, now + pause)
