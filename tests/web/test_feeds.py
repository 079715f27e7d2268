"""Feeds and calendars, as programs read them."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest
from builders import make_reader, make_sweep
from reading import read_calendar, read_feed
from site_of_tests import KEY, LATER, TITLE, Filled, Visitor
from sources import ListedSource, record
from sqlalchemy import Engine
from sqlmodel import Session, col, select, update
from sweeps import run_sweep

from tidings.db.session import open_session
from tidings.errors import RejectedError
from tidings.flows.close_feed import close_feed
from tidings.flows.match_changes import match_changes
from tidings.flows.open_feed import open_feed
from tidings.flows.save_search import save_search
from tidings.projects.models import Change, Severity
from tidings.projects.queries import project_by_key
from tidings.searches.models import SavedSearch
from tidings.subscribers.models import Cadence, Subscriber
from tidings.subscribers.tokens import token_hash
from tidings.web.feeds import MOST

ADDRESS = {"type": "string", "pattern": "^https?://"}
pytestmark = pytest.mark.usefixtures("filled")

SCHEMA = {
    "type": "object",
    "required": ["version", "title", "items"],
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"},
        "title": {"type": "string", "minLength": 1},
        "home_page_url": ADDRESS,
        "feed_url": ADDRESS,
        "next_url": ADDRESS,
        "language": {"enum": ["en", "es"]},
        "authors": {"type": "array", "items": {"type": "object", "required": ["name"]}},
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "url", "title", "content_html", "date_published"],
                "properties": {
                    "id": {"type": "string", "pattern": "^tag:"},
                    "url": ADDRESS,
                    "date_published": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT"},
                },
            },
        },
    },
}
"""What JSON Feed 1.1 asks of what we write."""

PUBLIC_PATHS = [f"/studies/{KEY}/{name}" for name in ("feed.atom", "feed.json", "calendar.ics")]


@pytest.fixture
def saved(engine: Engine, filled: Filled) -> int:
    """Give a saved search of the reader that has found the other study since."""
    with open_session(engine) as session:
        row = save_search(
            session,
            subscriber_id=filled.subscriber_id,
            name="Cut short",
            text="change:end_cut",
            cadence=Cadence.WEEKLY,
            now=LATER,
        )
    cut = record(2, project_end_date="2026-11-28")
    as_before = record(1, project_title=TITLE, project_end_date="2026-11-20")
    run_sweep(engine, ListedSource([as_before, cut]), now=LATER + timedelta(weeks=1))
    with open_session(engine) as session:
        match_changes(session, now=LATER + timedelta(weeks=1))
    assert row.id is not None
    return row.id


def secret_of(engine: Engine, filled: Filled, saved: int | None = None) -> str:
    with open_session(engine) as session:
        return open_feed(session, subscriber_id=filled.subscriber_id, saved_search_id=saved)


def test_a_study_has_an_atom_feed_of_what_changed(site: Visitor) -> None:
    answer = site.get(f"/studies/{KEY}/feed.atom")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    read = read_feed(answer.content)
    assert not read.bozo
    assert read.version == "atom10"
    (entry,) = read.entries
    assert entry.title == "End date: was 31 Dec 2029, now 20 Nov 2026"
    assert "RePORTER does not say why" in entry.content[0].value
    assert urlsplit(str(entry.link)).path == f"/studies/{KEY}"
    assert entry.id == "tag:127.0.0.1,2026:changes/1/2/project_end_date/end_cut"
    assert entry.updated_parsed[:5] == LATER.timetuple()[:5]
    for required in ("id", "title", "updated", "author"):
        assert read.feed[required]


def test_a_study_has_the_same_as_a_json_feed(site: Visitor) -> None:
    answer = site.get(f"/studies/{KEY}/feed.json")
    assert answer.headers["content-type"] == "application/feed+json; charset=utf-8"
    feed = answer.json()
    jsonschema.validate(feed, SCHEMA)
    assert [item["title"] for item in feed["items"]] == [
        "End date: was 31 Dec 2029, now 20 Nov 2026"
    ]


def test_a_feed_speaks_spanish_where_the_site_does(site: Visitor) -> None:
    feed = site.get(f"/es/studies/{KEY}/feed.json").json()
    jsonschema.validate(feed, SCHEMA)
    assert feed["language"] == "es"
    assert feed["home_page_url"].endswith(f"/es/studies/{KEY}")
    assert feed["items"][0]["title"] == "Fecha de fin: antes 31 dic 2029, ahora 20 nov 2026"


def test_a_long_history_comes_in_pages_that_lead_on(site: Visitor, session: Session) -> None:
    project = project_by_key(session, KEY)
    assert project is not None
    sweep = make_sweep(session, ledger_no=90)
    for version in range(3, MOST + 8):
        session.add(a_change(project.id, sweep.id, version))
    session.commit()
    ids: list[str] = []
    path = f"/studies/{KEY}/feed.json"
    while path:
        page = site.get(path).json()
        ids += [item["id"] for item in page["items"]]
        path = page.get("next_url", "")
    assert len(ids) == len(set(ids)) == MOST + 6
    read = read_feed(site.get(f"/studies/{KEY}/feed.atom").content)
    assert [link.rel for link in read.feed.links] == ["self", "alternate", "next"]


def a_change(project_id: int | None, sweep_id: int | None, version: int, **values: Any) -> Change:
    plain: dict[str, Any] = {
        "project_id": project_id,
        "appl_id": 1,
        "version": version,
        "sweep_id": sweep_id,
        "kind": "amount_changed",
        "severity": Severity.INFO,
        "field": "award_amount",
        "before": version,
        "after": version + 1,
        "seen_at": LATER,
    }
    return Change(**plain | values)


def test_a_feed_leaves_out_what_is_held_and_what_a_sweep_still_reads(
    site: Visitor, session: Session
) -> None:
    project = project_by_key(session, KEY)
    assert project is not None
    ended, running = make_sweep(session, ledger_no=90), make_sweep(session, state="running")
    session.add(a_change(project.id, ended.id, 3, held_at=LATER))
    session.add(a_change(project.id, running.id, 4))
    session.commit()
    assert len(site.get(f"/studies/{KEY}/feed.json").json()["items"]) == 1


@pytest.mark.parametrize("path", PUBLIC_PATHS)
def test_who_has_it_already_gets_no_body(site: Visitor, path: str) -> None:
    first = site.get(path)
    assert first.headers["cache-control"].startswith("public")
    assert not first.headers["etag"].startswith("W/")
    for headers in (
        {"If-None-Match": first.headers["etag"]},
        {"If-None-Match": f'"other", W/{first.headers["etag"]}'},
        {"If-Modified-Since": first.headers["last-modified"]},
    ):
        again = site.get(path, headers=headers)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    other = {"If-None-Match": '"other"', "If-Modified-Since": first.headers["last-modified"]}
    assert site.get(path, headers=other).status_code == 200
    assert site.get(path, headers={"If-Modified-Since": "gibberish"}).status_code == 200


@pytest.mark.parametrize("path", PUBLIC_PATHS)
def test_a_head_says_the_same_without_a_body(site: Visitor, path: str) -> None:
    whole, head = site.get(path), site.head(path)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("etag", "last-modified", "content-type", "content-length", "cache-control"):
        assert head.headers[name] == whole.headers[name]


@pytest.mark.parametrize("name", ["feed.atom", "feed.json", "calendar.ics"])
def test_an_unknown_study_has_no_feed_and_small_letters_lead_to_large_ones(
    site: Visitor, name: str
) -> None:
    assert site.get(f"/studies/CA999999/{name}").status_code == 404
    moved = site.get(f"/studies/{KEY.lower()}/{name}", follow_redirects=False)
    assert (moved.status_code, moved.headers["location"]) == (301, f"/studies/{KEY}/{name}")
    assert site.get(f"/studies/{KEY}/feed.rss").status_code == 404


def test_a_saved_search_has_a_feed_at_an_address_that_nobody_can_guess(
    site: Visitor, engine: Engine, filled: Filled, saved: int
) -> None:
    secret = secret_of(engine, filled, saved)
    assert len(secret) >= 43
    answer = site.get(f"/feeds/{secret}/search.json")
    feed = answer.json()
    jsonschema.validate(feed, SCHEMA)
    assert feed["title"] == "Cut short"
    (item,) = feed["items"]
    assert item["title"] == "How cells age, part 2: end date moved earlier"
    assert "▼ End date: was 31 Dec 2029, now 28 Nov 2026" in item["content_text"]
    assert answer.headers["cache-control"].startswith("private")
    assert answer.headers["x-robots-tag"] == "noindex"
    read = read_feed(site.get(f"/feeds/{secret}/search.atom").content)
    assert not read.bozo
    assert [entry.id for entry in read.entries] == [item["id"]]
    again = site.get(
        f"/feeds/{secret}/search.json", headers={"If-None-Match": answer.headers["etag"]}
    )
    assert again.status_code == 304


def test_only_the_hash_of_the_secret_is_kept(engine: Engine, filled: Filled, saved: int) -> None:
    secret = secret_of(engine, filled, saved)
    with open_session(engine) as session:
        kept = session.get_one(SavedSearch, saved)
        assert kept.feed_hash == token_hash(secret)
        assert secret not in repr(kept)


def test_a_new_address_ends_the_old_one_and_none_is_left_when_it_is_switched_off(
    site: Visitor, engine: Engine, filled: Filled, saved: int
) -> None:
    old, new = secret_of(engine, filled, saved), secret_of(engine, filled, saved)
    assert site.get(f"/feeds/{old}/search.atom").status_code == 404
    assert site.get(f"/feeds/{new}/search.atom").status_code == 200
    for _ in range(2):
        with open_session(engine) as session:
            close_feed(session, subscriber_id=filled.subscriber_id, saved_search_id=saved)
    assert site.get(f"/feeds/{new}/search.atom").status_code == 404


def end_search(session: Session) -> None:
    session.exec(update(SavedSearch).values(ended_at=LATER))


def end_reader(session: Session) -> None:
    session.exec(update(Subscriber).values(state="ended"))


@pytest.mark.parametrize("end", [end_search, end_reader])
def test_the_feed_of_what_has_ended_says_that_it_is_gone(
    site: Visitor, engine: Engine, filled: Filled, saved: int, end: Callable[[Session], None]
) -> None:
    secret = secret_of(engine, filled, saved)
    with open_session(engine) as session:
        end(session)
        session.commit()
    assert site.get(f"/feeds/{secret}/search.atom").status_code == 410


def test_a_reader_cannot_open_the_feed_of_another_or_of_what_has_ended(
    session: Session, filled: Filled, saved: int
) -> None:
    other = make_reader(session, "other")
    assert other.id is not None
    with pytest.raises(RejectedError, match="no such saved search"):
        open_feed(session, subscriber_id=other.id, saved_search_id=saved)
    end_reader(session)
    session.commit()
    with pytest.raises(RejectedError, match="confirmed"):
        open_feed(session, subscriber_id=filled.subscriber_id)


def test_the_calendar_of_a_study_has_its_days(site: Visitor) -> None:
    answer = site.get("/studies/CA000002/calendar.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    read = read_calendar(answer.content)
    assert read["METHOD"] == "PUBLISH"
    days = {str(one["UID"]): one for one in read.walk("VEVENT")}
    assert {uid: one["DTSTART"].dt for uid, one in days.items()} == {
        "project-end.CA000002@tidings.example": date(2029, 12, 31),
        "budget-end.CA000002@tidings.example": date(2026, 12, 31),
        "next-budget.CA000002@tidings.example": date(2027, 1, 1),
    }
    end = days["project-end.CA000002@tidings.example"]
    assert end["DTEND"].dt - end["DTSTART"].dt == timedelta(days=1)
    assert str(end["SUMMARY"]).startswith("Project ends: CA000002")


def test_a_moved_day_keeps_its_name_and_raises_its_sequence(site: Visitor) -> None:
    moved, same = (
        read_calendar(site.get(f"/studies/{key}/calendar.ics").content).walk("VEVENT")[0]
        for key in (KEY, "CA000002")
    )
    assert moved["DTSTART"].dt == date(2026, 11, 20)
    assert (moved["SEQUENCE"], same["SEQUENCE"]) == (2, 1)


def test_a_reader_has_a_calendar_of_what_they_follow_at_a_secret_address(
    site: Visitor, engine: Engine, filled: Filled
) -> None:
    secret = secret_of(engine, filled)
    answer = site.get(f"/feeds/{secret}/calendar.ics")
    read = read_calendar(answer.content)
    assert {str(one["UID"]).split("@")[0].split(".")[1] for one in read.walk("VEVENT")} == {KEY}
    assert answer.headers["cache-control"].startswith("private")
    with open_session(engine) as session:
        close_feed(session, subscriber_id=filled.subscriber_id)
        assert session.exec(select(col(Subscriber.calendar_hash))).one() is None
    assert site.get(f"/feeds/{secret}/calendar.ics").status_code == 404
