"""Time zones by their IANA names."""

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

from tidings.errors import RejectedError
from tidings.rendering.speech import Sayable


def known_zone(name: str) -> ZoneInfo:
    """Return the zone; RejectedError, in words, when there is none of this name."""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:  # unknown, a folder of zones, no name at all
        raise RejectedError(
            Sayable(
                "There is no time zone {name}; it is named like America/New_York.", name=repr(name)
            )
        ) from error


def zone_or_utc(name: str) -> tzinfo:
    """Return the zone, or UTC for a name that zone data has dropped since it was stored.

    A digest at a wrong hour is better than none, and than none for the readers next in line.
    """
    try:
        return known_zone(name)
    except RejectedError:
        return UTC
