"""A study at the end of a day that has passed, and two such days beside each other."""

from datetime import timedelta

import pytest
from conftest import NOW
from site_of_tests import Visitor
from sources import ListedSource, record
from sqlalchemy import Engine
from sqlmodel import col, select
from sweeps import run_sweep

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.projects.models import Award, Publication, Snapshot
from tidings.web.app import create_app

KEY = "CA000001"
FIRST, BETWEEN, SECOND = "2026-11-09", "2026-11-12", "2026-11-16"


@pytest.fixture
def site(engine: Engine, settings: Settings) -> Visitor:
    """Give a site whose study was cut short a week after it was first seen."""
    source = ListedSource([record(1, award_amount=5, terms="<mice><cells>")])
    run_sweep(engine, source, now=NOW - timedelta(weeks=2))
    source.records[0] |= {"award_amount": 7, "terms": "<cells><people>"}
    source.records[0] |= {"project_end_date": "2026-11-20", "project_title": "Skin & bones"}
    run_sweep(engine, source, now=NOW - timedelta(weeks=1))
    return Visitor(create_app(settings, engine))


def hashes(engine: Engine) -> list[str]:
    with open_session(engine) as session:
        query = select(Snapshot.content_hash).where(Snapshot.appl_id == 1)
        return list(session.exec(query.order_by(col(Snapshot.version))))


def test_a_day_shows_what_the_store_said_at_its_end(engine: Engine, site: Visitor) -> None:
    first, second = hashes(engine)
    for day in (FIRST, BETWEEN):
        page = site.get(f"/studies/{KEY}@{day}").text
        assert "How cells age, part 1" in page
        assert "$5" in page
        assert "Skin" not in page
        assert "Nothing since we first read it" in page
        assert first in page
        assert second not in page
    page = site.get(f"/studies/{KEY}@{SECOND}").text
    assert "Skin &amp; bones" in page
    assert "$7" in page
    assert "20 Nov 2026" in page
    assert second in page


def test_two_days_are_compared_field_by_field_with_both_hashes(
    engine: Engine, site: Visitor
) -> None:
    page = site.get(f"/studies/{KEY}@{BETWEEN}...{SECOND}").text
    for label in ("End date", "Money this year", "Title", "Project terms"):
        assert f">{label}</h2>" in page
    assert "<dd>$5</dd>" in page
    assert "<dd><strong>$7</strong></dd>" in page
    assert "removed: </span>mice</del>" in page
    assert "added: </span>people</ins>" in page
    assert all(page.count(one) == 2 for one in hashes(engine))


def test_two_days_without_a_change_between_them_say_so(site: Visitor) -> None:
    page = site.get(f"/studies/{KEY}@{FIRST}...{BETWEEN}").text
    assert "Nothing differs: RePORTER said the same on both days." in page


def test_when_another_award_speaks_by_then_the_comparison_says_so(
    engine: Engine, settings: Settings, site: Visitor
) -> None:
    following = record(
        2,
        project_num="5R01CA000001-02",
        project_serial_num=KEY,
        core_project_num="R01CA000001",
        award_type="5",
        fiscal_year=2027,
    )
    first = record(1, award_amount=5, terms="<mice><cells>")
    run_sweep(engine, ListedSource([first, following]), now=NOW)
    page = site.get(f"/studies/{KEY}@{FIRST}...2026-11-23").text
    assert "5R01CA000001-02 instead of 1R01CA000001-01" in page
    assert "not there" in page
    assert settings.site_url


def test_what_has_passed_may_be_kept_and_is_no_page_of_its_own_for_search_engines(
    site: Visitor,
) -> None:
    for path in (f"/studies/{KEY}@{FIRST}", f"/studies/{KEY}@{FIRST}...{SECOND}"):
        page = site.get(path)
        assert page.headers["cache-control"].startswith("public, max-age=86400")
        assert page.headers["x-robots-tag"] == "noindex"
        assert f'<link rel="canonical" href="http://127.0.0.1:8000{path}">' in page.text
        tag = {"If-None-Match": page.headers["etag"]}
        assert site.get(path, headers=tag).status_code == 304
        assert site.head(path).headers["etag"] == page.headers["etag"]


def test_what_was_seen_later_does_not_alter_a_day_that_has_passed(
    engine: Engine, site: Visitor
) -> None:
    paths = (f"/studies/{KEY}@{FIRST}", f"/studies/{KEY}@{FIRST}...{SECOND}")
    before = [site.get(path).content for path in paths]
    run_sweep(engine, ListedSource([record(1, award_amount=9)]), now=NOW)
    with open_session(engine) as session:
        session.add(Publication(project_id=1, pmid=77, first_seen_at=NOW))
        session.get_one(Award, 1).missing_since = NOW
        session.commit()
    assert [site.get(path).content for path in paths] == before
    assert "PubMed 77" in site.get(f"/studies/{KEY}").text


@pytest.mark.parametrize(
    ("name", "leads_to"),
    [
        (f"{KEY.lower()}@{FIRST}", f"{KEY}@{FIRST}"),
        (f"{KEY}@{SECOND}...{FIRST}", f"{KEY}@{FIRST}...{SECOND}"),
        (f"{KEY}/as-of?day={FIRST}&other=", f"{KEY}@{FIRST}"),
        (f"{KEY}/as-of?day={SECOND}&other={FIRST}", f"{KEY}@{FIRST}...{SECOND}"),
        (f"{KEY}/as-of?day={FIRST}&other={FIRST}", f"{KEY}@{FIRST}"),
    ],
)
def test_addresses_in_another_form_lead_to_the_one(site: Visitor, name: str, leads_to: str) -> None:
    answer = site.get(f"/studies/{name}", follow_redirects=False)
    assert answer.status_code in {301, 303}
    assert answer.headers["location"] == f"/studies/{leads_to}"


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("@2026-11-08", 404, "We first read this study on 9 Nov 2026"),
        ("@2999-01-01", 404, "This day is still to come."),
        ("@2026-02-30", 404, "This address names no day."),
        ("@soon", 404, "This address names no day."),
        ("@2026-11-09...never", 404, "This address names no day."),
        (f"@2026-11-08...{SECOND}", 404, "We first read this study on 9 Nov 2026"),
        ("/as-of", 400, "This address names no day."),
        ("/as-of?day=yesterday", 400, "This address names no day."),
    ],
)
def test_a_day_that_cannot_be_shown_is_answered_in_words(
    site: Visitor, name: str, status: int, words: str
) -> None:
    page = site.get(f"/studies/{KEY}{name}")
    assert (page.status_code, words in page.text) == (status, True)


def test_an_unknown_study_has_no_past(site: Visitor) -> None:
    assert site.get(f"/studies/CA999999@{FIRST}").status_code == 404
