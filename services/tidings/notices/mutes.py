"""For how long a reader wants to hear nothing of something (pure)."""

from datetime import datetime, timedelta
from enum import StrEnum

from tidings.notices.preferences import FOREVER

MONTH = timedelta(days=30)


class Mute(StrEnum):
    """What a form may ask for; LEAVE is no wish at all, END is to be told again."""

    LEAVE = "leave"
    MONTH = "month"
    QUARTER = "quarter"
    GOOD = "good"
    END = "end"


def muted_until(mute: Mute, *, now: datetime) -> datetime | None:
    """Return the end of a mute that begins now; ``now`` itself ends one, None leaves it."""
    match mute:
        case Mute.LEAVE:
            return None
        case Mute.MONTH:
            return now + MONTH
        case Mute.QUARTER:
            return now + 3 * MONTH
        case Mute.GOOD:
            return FOREVER
        case Mute.END:
            return now
