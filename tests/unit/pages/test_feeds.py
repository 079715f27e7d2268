"""Feeds and calendars hold whatever records say, and stay what programs can read."""

from datetime import UTC, date, datetime
from typing import Any
from xml.etree import ElementTree as ET

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import read_calendar, read_feed

from tidings.pages.calendar import Day, Timed, calendar, days_of
from tidings.pages.feeds import Entry, Feed, atom, clean, json_feed, tag
from tidings.rendering.speech import ENGLISH, speech_of

AT = datetime(2026, 3, 30, 6, 0, tzinfo=UTC)
HOSTILE = st.one_of(
    st.text(),
    st.sampled_from(
        [
            "]]></title><script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "\x00\x0b\x1f control \ufffe\uffff",
            "\ud800 half of a pair",
            "\u202eeman ym",
            "مرحبا بالعالم",
            "🧬 & &amp; &#0; \U0001f9ec",
            "a\r\nEND:VEVENT\r\nX-EVIL:1",
            "x,y;z\\n:",
        ]
    ),
)


def feed_of(*texts: str) -> Feed:
    return Feed(
        id="tag:t.example,2026:studies/CA1",
        title=texts[0],
        subtitle=texts[0],
        language="en",
        url="https://t.example/feed",
        home_url="https://t.example/",
        updated=AT,
        entries=tuple(
            Entry(f"tag:t.example,2026:{number}", text, "https://t.example/", AT, (text, text))
            for number, text in enumerate(texts)
        ),
    )


@given(st.lists(HOSTILE, min_size=1, max_size=4))
def test_any_text_stays_text_in_atom_and_every_entry_is_whole(texts: list[str]) -> None:
    root = ET.fromstring(atom(feed_of(*texts)))  # noqa: S314 - our own
    name = "{http://www.w3.org/2005/Atom}"
    entries = root.findall(f"{name}entry")
    assert {child.tag for child in root.iter()} == {
        name + one
        for one in (
            *("feed", "id", "title", "subtitle", "updated", "link", "author", "name"),
            *("entry", "published", "content"),
        )
    }
    for entry, text in zip(entries, texts, strict=True):
        title = entry.findtext(f"{name}title", "")
        assert title.split() == clean(text).replace("\x00", "").split()
        assert entry.findtext(f"{name}id")
        assert entry.findtext(f"{name}updated") == AT.isoformat()
    assert len({entry.findtext(f"{name}id") for entry in entries}) == len(texts)


@given(st.lists(HOSTILE, min_size=1, max_size=4))
def test_any_text_stays_text_in_a_json_feed(texts: list[str]) -> None:
    items = orjson.loads(json_feed(feed_of(*texts)))["items"]
    assert [item["title"] for item in items] == [clean(text) for text in texts]
    for item in items:
        assert set(_tags(item["content_html"])) <= {"p"}


def _tags(html: str) -> list[str]:
    parts = html.split("<")[1:]
    return [part.split(">")[0].strip("/") for part in parts]


def test_feedparser_reads_the_worst_of_it() -> None:
    read = read_feed(atom(feed_of("]]><script>x</script>", "\x00\u202eb", "🧬 مرحبا")))
    assert not read.bozo
    assert [entry.title for entry in read.entries][1:] == ["b", "🧬 مرحبا"]
    assert "<script" not in read.entries[0].content[0].value


@given(HOSTILE)
def test_any_title_makes_a_calendar_with_one_event_that_says_it(text: str) -> None:
    day = Day("end.CA1@t.example", date(2027, 7, 31), text, text, "https://t.example/", 3, AT)
    raw = calendar(text, [day], url="https://t.example/c.ics")
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    (event,) = read_calendar(raw).walk("VEVENT")
    assert str(event["SUMMARY"]).split() == clean(text).split()
    assert "X-EVIL" not in event
    assert event["SEQUENCE"] == 3
    assert raw == calendar(text, [day], url="https://t.example/c.ics")


def study(**said: Any) -> Timed:
    return Timed("CA1", "Cells", "https://t.example/studies/CA1", said, 4, AT)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, []),
        ({"project_end_date": "2027-07-31"}, [("project-end", "2027-07-31")]),
        (
            {"project_end_date": "2028-06-30", "budget_end": "2027-06-30"},
            [
                ("project-end", "2028-06-30"),
                ("budget-end", "2027-06-30"),
                ("next-budget", "2027-07-01"),
            ],
        ),
        (
            {"project_end_date": "2027-06-30", "budget_end": "2027-06-30"},
            [("project-end", "2027-06-30"), ("budget-end", "2027-06-30")],
        ),
    ],
)
def test_a_study_has_the_days_that_its_record_gives(
    said: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    days = days_of(study(**said), domain="t.example", speech=ENGLISH)
    assert [(day.uid.split(".")[0], day.on.isoformat()) for day in days] == expected


def test_a_calendar_speaks_the_language_of_its_reader() -> None:
    (day,) = days_of(
        study(project_end_date="2027-07-31"), domain="t.example", speech=speech_of("es")
    )
    assert day.title == "Fin del proyecto: CA1 Cells"


def test_a_tag_names_a_thing_by_our_domain() -> None:
    assert tag("https://news.example:8443", "studies", "CA1") == "tag:news.example,2026:studies/CA1"


def test_a_calendar_says_when_to_look_again() -> None:
    lines = calendar("Days", [], url="https://t.example/c.ics").decode().splitlines()
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT12H" in lines
    assert "X-PUBLISHED-TTL:PT12H" in lines
