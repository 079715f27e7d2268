"""When to try a failed delivery again (pure)."""

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
