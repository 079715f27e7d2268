"""When to try a failed delivery again, and for how long (pure)."""

from datetime import timedelta

FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=6)
MAX_ATTEMPTS = 17
"""With the waits below these are spread over about two days."""


def wait_before(attempt: int, *, jitter: float) -> timedelta:
    """Return the wait before attempt number ``attempt`` (the second attempt is 2).

    ``jitter`` in [0, 1) spreads a burst of failures over the second half of the wait.
    """
    if attempt < 2:
        raise ValueError("the first attempt needs no wait")
    ceiling = min(FIRST_WAIT * (1 << (attempt - 2)), LONGEST_WAIT)
    return ceiling / 2 + ceiling / 2 * jitter


CALL_WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""Before each further attempt at a call: ten attempts, spread over about three days."""

LONGEST_CALL_WAIT = timedelta(hours=24)
"""No wish of an endpoint for a pause is followed for longer."""


def wait_before_call(attempt: int, *, jitter: float) -> timedelta | None:
    """Return the wait before attempt number ``attempt`` at a call; None when it is given up.

    ``jitter`` in [0, 1) makes it up to a tenth longer.
    """
    if attempt < 2:
        raise ValueError("the first attempt needs no wait")
    if attempt - 2 >= len(CALL_WAITS):
        return None
    return CALL_WAITS[attempt - 2] * (1 + jitter / 10)
