"""When an address gets no mail, and until when (pure).

| what happened | then |
|---|---|
| there is no such address | nothing any more |
| its reader reported mail as spam, or unsubscribed at the mail provider | nothing any more |
| an operator said so | nothing until an operator says otherwise |
| three bounces of its mailbox in 14 days | nothing for a day, then 3, 7 and 28 days |
| mail to it arrived, as far as a provider tells | the wait is over |
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Reason(StrEnum):
    """Why an address gets nothing."""

    HARD = "hard"
    SOFT = "soft"
    COMPLAINT = "complaint"
    MANUAL = "manual"
    UNSUBSCRIBED = "unsubscribed"


WORDS = {
    Reason.HARD: "there is no such address",
    Reason.SOFT: "mail to it came back several times, so it rests for a while",
    Reason.COMPLAINT: "its reader reported our mail as spam",
    Reason.MANUAL: "an operator said so",
    Reason.UNSUBSCRIBED: "its reader unsubscribed at the mail provider",
}


@dataclass(frozen=True)
class Hold:
    """An address gets nothing: ``until`` then, or for good."""

    reason: Reason
    since: datetime
    until: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Say whether it gets nothing now."""
        return self.until is None or now < self.until


SOFT_BOUNCES = 3
WINDOW = timedelta(days=14)
WAITS = (timedelta(days=1), timedelta(days=3), timedelta(days=7), timedelta(days=28))


def hold_for_good(hold: Hold | None, reason: Reason, *, now: datetime) -> Hold:
    """Return the hold after a reason that does not pass; the first such reason stays."""
    return hold if hold is not None and hold.until is None else Hold(reason, now)


def after_soft_bounce(hold: Hold | None, recent: int, *, now: datetime) -> Hold | None:
    """Return the hold after one more bounce of a mailbox; ``recent`` counts those of 14 days.

    One that comes while the address rests is of a mail from before. One that comes within 14 days
    of a rest makes the next rest longer; after that the rest is forgotten.
    """
    if hold is not None and hold.holds(now):
        return hold
    if hold is not None and hold.until is not None and now < hold.until + WINDOW:
        return _rest(_next_wait(hold.until - hold.since), now)
    return _rest(WAITS[0], now) if recent >= SOFT_BOUNCES else None


def after_arrival(hold: Hold | None) -> Hold | None:
    """Return the hold after mail arrived: a rest is over, what is for good stays."""
    return None if hold is not None and hold.until is not None else hold


def _rest(wait: timedelta, now: datetime) -> Hold:
    return Hold(Reason.SOFT, now, now + wait)


def _next_wait(wait: timedelta) -> timedelta:
    return next((longer for longer in WAITS if longer > wait), WAITS[-1])
