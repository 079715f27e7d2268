"""Saving a search: what it finds, what it would have sent, and the form, on one page."""

import html
import re
from datetime import timedelta

import pytest
from conftest import NOW
from site_of_tests import Visitor
from sources import ListedSource, record
from sqlalchemy import Engine
from sweeps import run_sweep

from tidings.config import Settings
from tidings.pages.weeks_chart import HEIGHT, chart_of
from tidings.searches.estimate import Week
from tidings.web import saving
from tidings.web.app import create_app

WEEK = timedelta(weeks=1)


@pytest.fixture
def site(sqlite_engine: Engine, settings: Settings) -> Visitor:
    """Give a site that has swept for two weeks; a study of stiff tissue came in the second."""
    source = ListedSource([record(1)])
    now = settings.clock.now() + timedelta(hours=1)  # so that three weeks are not yet over
    run_sweep(sqlite_engine, source, now=now - 3 * WEEK)
    source.records.append(record(2, project_title="How <b>stiff</b> tissue keeps cells out"))
    run_sweep(sqlite_engine, source, now=now - 2 * WEEK)
    return Visitor(create_app(settings, sqlite_engine))


def test_the_form_is_there_at_once_and_the_past_is_a_link_away(site: Visitor) -> None:
    page = site.get("/searches/new", params={"q": "stiff", "cadence": "daily"})
    assert page.status_code == 200
    assert "New studies that mention “stiff”" in html.unescape(page.text)
    assert "1 study now" in page.text
    assert '<option value="daily" selected>' in page.text
    assert "<svg" not in page.text
    assert "/searches/preview?q=stiff&amp;cadence=monthly" in page.text


def test_the_preview_shows_the_weeks_and_each_mail_in_full(site: Visitor) -> None:
    page = site.get("/searches/preview", params={"q": "stiff", "cadence": "weekly"}).text
    assert "1 in the fullest week, 1 in all" in page
    assert page.count('<th scope="row">') == len(re.findall('<rect x="', page)) == 3
    (mail,) = re.findall(r"<details>\n<summary><span[^>]*>[^<]+</span> ([^<]+)</summary>", page)
    assert mail == "1 study found by your searches"
    assert "How &lt;b&gt;stiff&lt;/b&gt; tissue" in page
    assert "<b>stiff" not in page
    assert "style=" not in page  # the policy forbids it


def test_a_preview_of_nothing_says_so_and_proposes_something_wider(site: Visitor) -> None:
    page = site.get("/searches/preview", params={"q": "stiff zebrafish"}).text
    assert "No mail would have been sent." in page
    assert "/searches/preview?q=stiff&amp;cadence=weekly" in page


@pytest.mark.parametrize("path", ["/searches/new", "/searches/preview"])
def test_a_search_that_does_not_parse_is_mended_where_it_stands(path: str, site: Visitor) -> None:
    page = site.get(path, params={"q": "titel:stiff"})
    assert (page.status_code, "did you mean title:?" in page.text) == (400, True)
    assert 'value="titel:stiff"' in page.text


def test_a_page_without_a_search_offers_the_form_that_writes_one(site: Visitor) -> None:
    page = site.get("/searches/new").text
    assert 'id="by-words"' in page
    assert "Save this search" not in page


def test_the_fields_write_the_search_beside_them_and_stay_filled(site: Visitor) -> None:
    asked = {"words": "stiff", "state": "AZ", "amount": "$250,000", "changes": ["cuts", "money"]}
    page = site.get("/searches/new", params=asked).text
    query = "stiff state:AZ amount&gt;=250000 change:(end_cut OR shortened OR reversed OR"
    assert f'value="{query}' in page
    assert "Save this search" in page
    again = site.get("/searches/new", params={"q": html.unescape(found_query(page))}).text
    for one in (page, again):
        assert 'name="words" maxlength="1000" value="stiff"' in one
        assert '<option value="AZ" selected>' in one
        assert re.findall(r'value="(\w+)" checked', one) == ["cuts", "money"]


def found_query(page: str) -> str:
    (query,) = re.findall(r'<input type="hidden" name="q" value="([^"]+)"', page)
    return query


def test_fields_that_make_no_search_are_answered_in_words_and_kept(site: Visitor) -> None:
    asked = {"words": "stiff", "near": "Nowhereville"}
    page = site.get("/searches/new", params=asked)
    assert (page.status_code, "We do not know the place" in page.text) == (400, True)
    assert 'name="near" maxlength="100" value="Nowhereville"' in page.text
    assert "Save this search" not in page.text


@pytest.mark.parametrize("asked", [{"cadence": "paused"}, {"time_zone": "Mars/Olympus"}])
def test_what_cannot_be_previewed_is_refused_in_words(asked: dict[str, str], site: Visitor) -> None:
    assert site.get("/searches/preview", params={"q": "stiff", **asked}).status_code == 400


def test_a_wrong_address_keeps_all_that_was_chosen(site: Visitor) -> None:
    typed = {"q": "stiff", "address": "me@", "cadence": "monthly", "time_zone": "Asia/Tokyo"}
    page = site.post("/alerts", data=typed)
    assert page.status_code == 400
    assert 'value="me@" aria-invalid="true" aria-describedby="address-problem"' in page.text
    assert '<option value="monthly" selected>' in page.text
    assert '<option value="Asia/Tokyo" selected>' in page.text


def test_a_preview_that_would_wait_too_long_asks_to_come_again(
    sqlite_engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "PATIENCE", 0.01)
    app = create_app(settings, sqlite_engine)
    with app.state.site.previews:
        answer = Visitor(app).get("/searches/preview", params={"q": "stiff"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert "try again in a minute" in answer.text
    assert Visitor(app).get("/searches/preview", params={"q": "stiff"}).status_code == 200


def test_the_highest_bar_is_the_fullest_week_and_one_hit_can_be_seen() -> None:
    weeks = [Week(NOW + n * WEEK, studies=n, changes=0, mails=0) for n in (0, 1, 500)]
    chart = chart_of(weeks)
    assert [bar.height for bar in chart.bars] == [0, 2, HEIGHT]
    assert (chart.total, chart.most, chart.mean) == (501, 500, 167)
    assert chart_of([]).bars == ()
