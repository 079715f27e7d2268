"""Finding: parts of a result, counts while typing, and pages that no text can break."""

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import NOW
from site_of_tests import Visitor
from sources import ListedSource, record
from sqlalchemy import Engine
from sweeps import run_sweep

from tidings.config import Settings
from tidings.searches.grammar import parse
from tidings.web.app import create_app

NCI = {"code": "CA", "abbreviation": "NCI", "name": "National Cancer Institute"}
NIA = {"code": "AG", "abbreviation": "NIA", "name": "National Institute on Aging"}


def rows() -> Iterator[dict[str, Any]]:
    for number in range(1, 25):
        yield record(
            number,
            project_title="Stiff tissue" if number % 2 else "Soft tissue",
            agency_ic_admin=NCI if number % 3 else NIA,
            activity_code="R01" if number < 20 else f"Z{number}",
        )


@pytest.fixture
def site(sqlite_engine: Engine, settings: Settings) -> Visitor:
    run_sweep(sqlite_engine, ListedSource(list(rows())), now=NOW)
    return Visitor(create_app(settings, sqlite_engine))


def facets(page: str) -> dict[str, list[tuple[str, str]]]:
    """Return of each facet the address and the count of its parts."""
    nav = page.partition('<nav class="facets"')[2].partition("</nav>")[0]
    return {
        title: [
            (html.unescape(address), label)
            for address, label in re.findall(r'<a href="([^"]+)">([^<]+)</a>', part)
        ]
        for title, part in re.findall(
            r'<details name="facet">\s*<summary>([^<]+)</summary>(.*?)(?=<details name|<a class|$)',
            nav,
            re.DOTALL,
        )
    }


def chosen(page: str) -> list[str]:
    return [html.unescape(one) for one in re.findall(r'class="chosen" href="([^"]+)"', page)]


def query(page: str) -> str:
    (found,) = re.findall(r'name="q" type="search" value="([^"]*)"', page)
    return html.unescape(found)


def test_a_part_of_a_result_is_a_link_away_and_a_link_back(site: Visitor) -> None:
    page = site.get("/studies", params={"q": "stiff OR soft"}).text
    assert "24 studies found" in page
    ((address, label), _) = facets(page)["Institute"]
    assert label == "NCI"
    part = site.get(address).text
    assert query(part) == "(stiff OR soft) AND ic:NCI"
    assert "16 studies found" in part
    (back,) = chosen(part)
    assert query(site.get(back).text) == "(stiff OR soft)"
    assert "24 studies found" in site.get(back).text


def test_a_search_for_one_part_alone_leads_back_to_all_studies(site: Visitor) -> None:
    (back,) = chosen(site.get("/studies", params={"q": "ic:NIA"}).text)
    assert back == "/studies"


def test_facets_are_said_in_the_language_of_the_page_and_keep_it(site: Visitor) -> None:
    page = site.get("/es/studies", params={"q": "tissue"}).text
    parts = facets(page)
    assert set(parts).isdisjoint({"Institute", "Kind of award"})
    assert len(parts) == 2
    assert all(one.startswith("/es/studies?") for some in parts.values() for one, _ in some)


def test_rare_parts_are_behind_one_more_step(site: Visitor) -> None:
    page = site.get("/studies", params={"q": "tissue"}).text
    kinds = facets(page)["Kind of award"]
    assert (kinds[0][1], len(kinds)) == ("R01: Research project", 6)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("stiff", "12 studies"),
        ("stiff AND ic:NIA", "4 studies"),
        ("zebrafish", "0 studies"),
        ("st", ""),
        (" ", ""),
        ("titel:stiff", "There is no field “titel”: did you mean title:? (character 1)"),
        ('"stiff', "This quotation mark is not closed. (character 1)"),
    ],
)
def test_a_count_says_what_there_is_or_what_is_wrong(typed: str, said: str, site: Visitor) -> None:
    answer = site.get("/studies/count", params={"q": typed})
    words = html.unescape(re.sub(r"<[^>]+>", "", answer.text)).strip()
    assert (answer.status_code, words) == (200, said)
    assert answer.headers["cache-control"] == "no-store"
    assert "<html" not in answer.text


def test_what_is_not_found_leads_on(site: Visitor) -> None:
    page = site.get("/studies", params={"q": "stiff AND ic:NIA AND zebrafish"}).text
    assert "Nothing was found" in page
    links = [html.unescape(one) for one in re.findall(r'<a class="code" href="([^"]+)"', page)]
    (wider,) = (one for one in links if "zebrafish" not in one and "NIA" in one and "stiff" in one)
    assert "4 studies found" in site.get(wider).text
    assert "/searches/new?q=stiff" in page
    alone = site.get("/studies", params={"q": "zebrafish"}).text
    assert "what has changed last" in alone
    names = site.get("/studies", params={"q": "TNBC"}).text
    assert "tick them below" in names
    assert names.index("tick them below") < names.index('id="name-1-1"')


def test_the_first_page_has_one_box_examples_and_ways_on(site: Visitor) -> None:
    page = site.get("/").text
    assert page.count("<form") == 1
    tries = page.partition('class="try"')[2].partition("</p>")[0]
    asked = [html.unescape(one) for one in re.findall(r'href="([^"]+)"', tries)]
    assert len(asked) == 4
    for one in asked:
        assert site.get(one).status_code == 200


HOSTILE = (
    *('"', '""', '"a', "a1 AND", "(", ")", "((a1)", "AND", "NOT", "*", "a*", "NEAR(", ":", "::"),
    *("title:", "fy>=", "fy:..", "near:x within", "x" * 4000, "(" * 2000, "(" * 2000 + ")" * 2000),
    *(" OR ".join(["a1"] * 900), "NOT " * 500 + "a1", "a1 " * 1300, "\x00", "a\x00b", "\x1b[31m"),
    *("\u202ecancer", "\u200bcancer", "\ufeff", "\ud83d", "🧬", "細胞", "'; DROP TABLE award;--"),
    *("' OR 1=1 --", "%' OR '1'='1", "<script>alert(1)</script>", '"><img src=x onerror=x>'),
    *("{{ 7*7 }}", "{% raw %}", "%(n)s", "{n}", "${7*7}", "../../etc/passwd", "fy>=99999999999999"),
    *("amount>=-1", "start>=0000-00-00", "end<9999-12-31", 'near:"\'" within 1e9mi', "a1\r\nX: y"),
    *("id:1", "rowid:1", 'word_index:"a"', "state:OR", "activity:AND", "a" * 1999, "-cancer"),
)
PAGES = ("/studies", "/studies/count", "/searches/new", "/searches/preview", "/es/studies")


def sent(text: str) -> bytes:
    """Return a text as a program may send it, which is not always text."""
    return text.encode(errors="surrogatepass")


@pytest.mark.parametrize("path", PAGES)
def test_no_text_breaks_a_page_that_takes_a_search(path: str, site: Visitor) -> None:
    for text in HOSTILE:
        answer = site.get(path, params={"q": sent(text)})
        assert answer.status_code in {200, 400, 429}, text[:50]
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text


@pytest.mark.parametrize("path", ["/studies/by", "/searches/new"])
def test_no_text_breaks_the_form(path: str, site: Visitor) -> None:
    fields = ("words", "phrase", "any_of", "none_of", "state", "near", "miles", "amount", "since")
    for number, text in enumerate(HOSTILE):
        some = {fields[number % 9], fields[number % 7]}
        asked = {"institute": "NCI", **dict.fromkeys(some, sent(text))}
        answer = site.get(path, params=asked)
        assert answer.status_code in {200, 400}, text[:50]
        assert "<script>alert" not in answer.text


def test_no_text_breaks_a_wish_to_be_told(site: Visitor) -> None:
    for number, text in enumerate(HOSTILE):
        form = {"q": sent(text), "address": f"a{number % 9}@clinic.org"}
        assert site.post("/alerts", data=form).status_code in {200, 400, 429}, text[:50]


def test_every_part_of_every_hostile_search_that_parses_parses_too(site: Visitor) -> None:
    for text in ("a1 OR tissue", 'tissue OR "x y"', "tissue NOT (mice OR rats)", "“tissue”"):
        page = site.get("/studies", params={"q": text}).text
        for address, _ in (one for some in facets(page).values() for one in some):
            assert parse(query(site.get(address).text))
