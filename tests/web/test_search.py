"""The search page: the whole language, understood, explained, and mended where it is wrong."""

import html
import re

import pytest
from conftest import NOW
from site_of_tests import Visitor
from sources import ListedSource, record
from sqlalchemy import Engine
from sweeps import run_sweep

from tidings.config import Settings
from tidings.errors import QueryError
from tidings.pages.search_help import EXAMPLES, FIELDS, WORDS
from tidings.pages.typed import point_at
from tidings.searches import fields
from tidings.searches.grammar import parse
from tidings.web.app import create_app

STIFF = "How stiff tissue keeps <b>immune</b> cells out"


@pytest.fixture
def site(sqlite_engine: Engine, settings: Settings) -> Visitor:
    """Give a site with one study of stiff tissue and 53 of ageing cells, all in Arizona."""
    source = ListedSource(
        [record(1, project_title=STIFF), *(record(number) for number in range(2, 55))]
    )
    run_sweep(sqlite_engine, source, now=NOW)
    return Visitor(create_app(settings, sqlite_engine))


def hrefs(page: str) -> list[str]:
    return [html.unescape(one) for one in re.findall(r'href="([^"]+)"', page)]


def test_what_was_found_is_marked_in_its_passage_and_stays_text(site: Visitor) -> None:
    page = site.get("/studies", params={"q": "stiff immune state:AZ"}).text
    assert "Studies that mention “stiff” and “immune”, led from Arizona" in html.unescape(page)
    assert "<mark>stiff</mark> tissue keeps &lt;b&gt;" in page
    assert "<mark>immune</mark>" in page


def test_pages_lead_on_and_back_and_keep_the_search(site: Visitor) -> None:
    first = site.get("/studies", params={"q": 'cells OR "x&y"'}).text
    (onward,) = (one for one in hrefs(first) if "offset=50" in one)
    assert "Previous" not in first
    second = site.get(onward).text
    assert "51 to 54" in second
    (back,) = (one for one in hrefs(second) if "offset=0" in one)
    assert "1 to 50" in site.get(back).text


def test_an_error_points_at_its_place_and_says_what_was_meant(site: Visitor) -> None:
    page = site.get("/studies", params={"q": "stiff activty:R01"})
    assert page.status_code == 400
    assert "did you mean activity:?" in page.text
    assert "stiff activty:R01\n      ^</pre>" in page.text
    assert 'aria-describedby="q-problem"' in page.text
    assert 'value="stiff activty:R01"' in page.text


@pytest.mark.parametrize(
    ("text", "column", "line", "caret"),
    [
        ("abc", 2, "abc", " ^"),
        ("abc", 4, "abc", "   ^"),
        ("x" * 30 + "!" + "y" * 30, 31, f"…{'x' * 24}!{'y' * 11}…", " " * 25 + "^"),
        ("a\u202e\x00b", 4, "a··b", "   ^"),
        ("細胞x", 3, "細胞x", "    ^"),
    ],
)
def test_the_caret_stands_beneath_the_character(
    text: str, column: int, line: str, caret: str
) -> None:
    pointed = point_at(text, QueryError("wrong", column=column))
    assert pointed is not None
    assert (pointed.line, pointed.caret) == (line, caret)


def test_ticked_names_are_added_to_the_search(site: Visitor) -> None:
    page = site.get("/studies", params={"q": "TNBC state:AZ"}).text
    boxes = re.findall(r'<input [^>]*type="checkbox" value="([^"]+)"( checked)?', page)
    ticked = [html.unescape(value) for value, checked in boxes if checked]
    assert ticked
    answer = site.get(
        "/studies", params={"q": "TNBC state:AZ", "add": ticked}, follow_redirects=False
    )
    assert answer.status_code == 303
    after = site.get(answer.headers["location"]).text
    assert "triple negative breast cancer" in after.lower()
    assert re.search(r'name="q" type="search" value="\(TNBC OR [^"]+\) state:AZ"', after)


def test_a_name_that_cannot_be_added_is_said_with_its_reason(site: Visitor) -> None:
    page = site.get("/studies", params={"q": "cells", "add": '[0, "TNBC", "breast cancer"]'})
    assert page.status_code == 200
    assert "the search has no clause TNBC by itself" in page.text


def test_a_name_that_nobody_offered_is_refused_beside_the_field(site: Visitor) -> None:
    page = site.get("/studies", params={"q": "cells", "add": "<script>"})
    assert (page.status_code, "load the page again" in page.text) == (400, True)
    assert "<script>" not in page.text


def test_reporter_gets_the_text_to_paste_and_never_the_search_in_a_link(site: Visitor) -> None:
    page = site.get("/studies", params={"q": "stiff state:AZ"}).text
    (link,) = (one for one in hrefs(page) if "reporter.nih.gov" in one)
    assert "stiff" not in link
    assert re.search(r'<textarea id="opening-text"[^>]*>[^<]*stiff', page)
    assert "State: AZ." in page


def test_the_help_has_every_field_and_each_example_is_understood() -> None:
    assert set(FIELDS) == {*fields.FIELDS, fields.NEAR}
    for one in (*WORDS, *FIELDS.values()):
        assert parse(one.example)
    for _, asked in EXAMPLES:
        assert parse(asked)


def test_the_form_writes_the_search_and_is_filled_from_it(site: Visitor) -> None:
    asked = {"any_of": "stiff soft", "state": "AZ", "institute": "NCI", "since": "2025"}
    answer = site.get("/studies/by", params=asked)
    assert str(answer.url.params["q"]) == "(stiff OR soft) state:AZ ic:NCI fy>=2025"
    assert "1 study found" in answer.text
    assert 'name="any_of" maxlength="1000" value="stiff soft"' in answer.text
    assert '<option value="AZ" selected>' in answer.text


def test_a_search_that_is_beyond_the_form_says_so(site: Visitor) -> None:
    page = site.get("/studies", params={"q": "title:stiff OR pi:wu"}).text
    assert "This search says more than the form can" in page
    assert "says more than" not in site.get("/studies", params={"q": "stiff OR soft"}).text
