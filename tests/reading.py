"""Feeds and calendars, read by the libraries that others read them with; those have no types."""

from typing import Any, cast

import feedparser
from icalendar import Calendar


def read_feed(content: bytes) -> Any:
    """Return a feed as feedparser reads it."""
    return cast("Any", feedparser).parse(content)


def read_calendar(content: bytes) -> Any:
    """Return a calendar as icalendar reads it."""
    return cast("Any", Calendar).from_ical(content)
