"""How days, money and numbers are written, everywhere (pure)."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from tidings.rendering.speech import Speech

UNITS = {"days": 86_400, "h": 3600, "min": 60}
"""Seconds in each unit."""


def day(value: date | datetime | str | None) -> str:
    """Write a day as 31 Jul 2027; nothing for no day."""
    if not value:
        return ""
    on = date.fromisoformat(value[:10]) if isinstance(value, str) else value
    return f"{on.day} {on:%b %Y}"


def short_day(value: date | datetime | None) -> str:
    """Write a day as 31 Jul; nothing for no day."""
    return f"{value.day} {value:%b}" if value else ""


def moment(value: datetime | None) -> str:
    """Write an instant as 31 Jul 2027, 14:05 UTC; nothing for none."""
    return f"{day(value)}, {value:%H:%M} UTC" if value else ""


def money(value: float | None) -> str:
    """Write US dollars as $1,234,567; nothing for no amount."""
    return "" if value is None else f"${value:,.0f}"


def plural(count: int, one: str, many: str = "") -> str:
    """Write a count with its noun: 1 change, 2 changes, 1,481 changes."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def span(value: timedelta) -> str:
    """Write a length of time in its largest unit: 40 s, 12 min, 3 h, 2 days."""
    seconds = int(value.total_seconds())
    for size, unit in ((172_800, "days"), (7200, "h"), (120, "min")):
        if seconds >= size:
            return f"{seconds // UNITS[unit]} {unit}"
    return f"{seconds} s"


def iso(value: date | datetime | None) -> str:
    """Write a day or instant for machines."""
    return value.isoformat() if value else ""


def url(value: str) -> str:
    """Return an address that may stand in a link; nothing for one that is not http or https."""
    return value if value.startswith(("https://", "http://")) else ""


FILTERS: dict[str, Callable[..., Any]] = {
    "day": day,
    "iso": iso,
    "moment": moment,
    "money": money,
    "plural": plural,
    "short_day": short_day,
    "span": span,
    "url": url,
}


def speaking(speech: Speech) -> dict[str, Callable[..., Any]]:
    """Return the filters whose answer depends on the language."""
    return {
        "day": speech.day,
        "listed": speech.listed,
        "moment": speech.moment,
        "money": speech.money,
        "month": speech.month,
        "number": speech.number,
        "short_day": speech.short_day,
    }
