"""The days of studies as a calendar that other programs read (pure)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, cast

from icalendar import Calendar, Component, Event

from tidings.pages.feeds import clean
from tidings.projects.canonicalise import Canonical
from tidings.rendering.speech import Speech

PRODUCT = "-//Tidings//Days of studies//EN"
ASK_AGAIN = 12
"""Hours until a calendar program is to look again: we sweep once a week, and probe daily."""


class Timed(NamedTuple):
    """A study with days: ``said`` is the award that speaks for it.

    ``version`` grows with every version of any of its awards, and ``changed_at`` is when the last
    one came.
    """

    key: str
    title: str
    url: str
    said: Canonical
    version: int
    changed_at: datetime


@dataclass(frozen=True)
class Day:
    """One whole day in a calendar; ``uid`` never changes, ``version`` grows when the rest does."""

    uid: str
    on: date
    title: str
    words: str
    url: str
    version: int
    changed_at: datetime


def days_of(study: Timed, *, domain: str, speech: Speech) -> tuple[Day, ...]:
    """Return the days of a study: its end, the end of its budget year, the start of the next.

    A day that the record does not give is not there.
    """
    ends = _day(study.said, "project_end_date")
    year_begins, year_ends = _day(study.said, "budget_start"), _day(study.said, "budget_end")
    goes_on = year_ends is not None and (ends is None or year_ends < ends)
    next_begins = year_ends + timedelta(days=1) if year_ends and goes_on else None
    named = (
        ("project-end", ends, speech.say("Project ends")),
        ("budget-start", year_begins, speech.say("Budget year begins")),
        ("budget-end", year_ends, speech.say("Budget year ends")),
        ("next-budget", next_begins, speech.say("Next budget year, if it is funded")),
    )
    words = speech.say(
        "As RePORTER has it since {day}. Such days move; this calendar moves with them.",
        day=speech.day(study.changed_at),
    )
    return tuple(
        Day(
            uid=f"{name}.{study.key}@{domain}",
            on=on,
            title=f"{what}: {study.key} {study.title}",
            words=f"{study.title}\n\n{words}\n{study.url}",
            url=study.url,
            version=study.version,
            changed_at=study.changed_at,
        )
        for name, on, what in named
        if on is not None
    )


def calendar(name: str, days: Iterable[Day], *, url: str) -> bytes:
    """Return a calendar (RFC 5545) that publishes these days; the same days give the same bytes."""
    whole = Calendar()
    said = _line(name)
    own = {"x-wr-calname": said, "name": said, "x-published-ttl": f"PT{ASK_AGAIN}H"}
    _add(whole, {"prodid": PRODUCT, "version": "2.0", "method": "PUBLISH", **own})
    _add(whole, {"refresh-interval": timedelta(hours=ASK_AGAIN)}, kind="DURATION")
    _add(whole, {"source": url}, kind="URI")
    for day in days:
        whole.add_component(_event(day))
    return whole.to_ical()


def latest(days: Sequence[Day]) -> datetime | None:
    """Return when the last of these days moved; None where there is none."""
    return max((day.changed_at for day in days), default=None)


def _event(day: Day) -> Event:
    event = Event()
    said = {
        "uid": day.uid,
        "dtstamp": day.changed_at,
        "last-modified": day.changed_at,
        "sequence": day.version,
        "dtstart": day.on,
        "dtend": day.on + timedelta(days=1),
        "summary": _line(day.title),
        "description": clean(day.words),
        "url": day.url,
        "transp": "TRANSPARENT",
        "class": "PRIVATE",
    }
    _add(event, said)
    return event


def _add(component: Component, values: Mapping[str, object], *, kind: str = "") -> None:
    """Add properties; ``kind`` names how they are written where that is not the usual way."""
    add: Callable[..., None] = cast("Any", component).add  # it has no whole type
    for name, value in values.items():
        add(name, value, parameters={"VALUE": kind} if kind else None)


def _line(text: str) -> str:
    return " ".join(clean(text).split())


def _day(said: Canonical, field: str) -> date | None:
    return date.fromisoformat(said[field]) if field in said else None
