"""A time zone in which readers are awake: nobody's quiet hours put off a mail."""

from datetime import datetime


def daytime_zone(now: datetime) -> str:
    """Return the zone in which it is noon, to the hour; ``now`` is in UTC."""
    ahead = 12 - now.hour
    return f"Etc/GMT{-ahead:+d}"  # the sign says how far Greenwich is ahead
