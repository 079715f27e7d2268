"""The weeks of RePORTER: loaded and stamped on Saturday, published on Sunday night (pure)."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ORIGIN = date(2025, 10, 4)
"""The Saturday of week 0: the first of fiscal year 2026. A world begins here, whatever the day."""

EASTERN = ZoneInfo("America/New_York")
PUBLISHED = time(23, 0)
WEEK = timedelta(weeks=1)


def saturday_of(week: int) -> date:
    """Return the day on which a week's records are stamped."""
    return ORIGIN + week * WEEK


def stamp_of(day: date) -> str:
    """Return ``date_added`` for records loaded on ``day``: some minutes past four."""
    minutes, seconds = day.toordinal() % 7, day.toordinal() * 13 % 60
    return f"{day.isoformat()}T16:1{minutes}:{seconds:02d}"


def published_at(week: int) -> datetime:
    """Return when the world may see a week's records."""
    sunday = saturday_of(week) + timedelta(days=1)
    return datetime.combine(sunday, PUBLISHED, EASTERN).astimezone(UTC)


def week_at(now: datetime) -> int:
    """Return the latest week that is published; before the world began it is week 0."""
    week = max(0, (now.astimezone(EASTERN).date() - ORIGIN) // WEEK)
    return week if week == 0 or published_at(week) <= now else week - 1


def saturday_after(day: date) -> date:
    """Return the first Saturday on or after ``day``."""
    return day + timedelta(days=(5 - day.weekday()) % 7)


def add_years(day: date, years: int) -> date:
    """Return the same day some years later; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
