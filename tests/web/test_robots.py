"""What search engines are told: where they may look, and every study once."""

from datetime import timedelta
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree as ET

import pytest
from conftest import NOW
from site_of_tests import HOME, KEY, Visitor
from sources import ListedSource, record
from sqlalchemy import Engine
from sweeps import run_sweep

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.projects import site_queries
from tidings.projects.models import Project
from tidings.web.app import create_app

SPACE = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
LATER = NOW + timedelta(weeks=1)


@pytest.fixture
def site(engine: Engine, settings: Settings) -> Visitor:
    source = ListedSource([record(1), record(2), record(3)])
    run_sweep(engine, source, now=NOW)
    source.records[0]["project_end_date"] = "2026-11-20"
    run_sweep(engine, source, now=LATER)
    return Visitor(create_app(settings, engine))


def entries(text: str, name: str) -> list[tuple[str, str]]:
    found = ET.fromstring(text).findall(f"s:{name}", SPACE)  # noqa: S314 - our own
    return [
        (one.findtext("s:loc", "", SPACE), one.findtext("s:lastmod", "", SPACE)) for one in found
    ]


def test_studies_may_be_looked_at_and_what_is_one_readers_may_not(site: Visitor) -> None:
    rules = RobotFileParser()
    rules.parse(site.get("/robots.txt").text.splitlines())
    for path in ("/", f"/studies/{KEY}", f"/es/studies/{KEY}", "/ledger", "/static/style.css"):
        assert rules.can_fetch("*", HOME + path), path
    for path in ("/manage", "/feeds/x/search.atom", "/es/unsubscribe/x", "/ops", "/inbox"):
        assert not rules.can_fetch("*", HOME + path), path
    assert rules.site_maps() == [f"{HOME}/sitemap.xml"]


def test_the_sitemap_names_every_study_once_and_when_it_changed(site: Visitor) -> None:
    [(file, changed)] = entries(site.get("/sitemap.xml").text, "sitemap")
    assert (file, changed) == (f"{HOME}/sitemaps/1.xml", LATER.isoformat())
    answer = site.get(file.removeprefix(HOME))
    assert answer.headers["content-type"] == "application/xml"
    assert entries(answer.text, "url") == [
        (f"{HOME}/studies/CA000001", LATER.isoformat()),
        (f"{HOME}/studies/CA000002", NOW.isoformat()),
        (f"{HOME}/studies/CA000003", NOW.isoformat()),
    ]


def test_more_studies_than_a_file_may_hold_go_on_in_the_next(
    site: Visitor, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_session(engine) as session:
        session.add_all(
            Project(
                id=number,
                key=f"CA1{number}",
                title="x",
                current_appl_id=1,
                first_seen_at=NOW,
                last_changed_at=NOW,
            )
            for number in (50_000, 50_001)
        )
        session.commit()
    files = [file for file, _ in entries(site.get("/sitemap.xml").text, "sitemap")]
    assert files == [f"{HOME}/sitemaps/1.xml", f"{HOME}/sitemaps/2.xml"]
    monkeypatch.setattr(site_queries, "AT_ONCE", 2)
    listed = [entries(site.get(file.removeprefix(HOME)).text, "url") for file in files]
    assert [len(one) for one in listed] == [4, 1]
    assert listed[1][0][0] == f"{HOME}/studies/CA150001"


@pytest.mark.parametrize("path", ["/sitemaps/0.xml", "/sitemaps/99999999.xml", "/sitemaps/x.xml"])
def test_a_file_that_cannot_be_is_not_there(site: Visitor, path: str) -> None:
    assert site.get(path).status_code == 404
