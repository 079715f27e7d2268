"""A study page, its past and a comparison: for everybody, by keyboard, by night and on paper."""

from datetime import timedelta

import pytest
from conftest import NOW
from everybody import PHONE, faults
from playwright.sync_api import Browser, expect
from site_of_tests import KEY, Filled
from sources import ListedSource, record
from sqlalchemy import Engine
from sweeps import run_sweep

pytestmark = pytest.mark.timeout(180)

BEFORE = "PROJECT SUMMARY In mouse models we ask how macrophages shape a tumor. " * 3
AFTER = "In people with cancer we ask how macrophages shape a tumor. " * 3
FIRST, SECOND = "2026-11-09", "2026-11-16"
PATHS = (
    f"/studies/{KEY}?all=1",
    f"/studies/{KEY}@{FIRST}",
    f"/studies/{KEY}@{FIRST}...{SECOND}",
)


@pytest.fixture
def filled(sqlite_engine: Engine) -> Filled:
    """Fill the store with a study that was rewritten between two weeks that have passed."""
    place = {"lat": 33.6, "lon": -111.9}
    home = {"org_name": "MAYO CLINIC ARIZONA", "org_state": "AZ", "org_country": "UNITED STATES"}
    first = record(1, abstract_text=BEFORE, geo_lat_lon=place, organization=home, terms="<mice>")
    source = ListedSource([first])
    run_sweep(sqlite_engine, source, now=NOW - timedelta(weeks=2))
    source.records[0] |= {"abstract_text": AFTER, "award_amount": 5, "terms": "<people>"}
    run_sweep(sqlite_engine, source, now=NOW - timedelta(weeks=1))
    return Filled(1, "", "")


def test_axe_finds_nothing_now_as_of_a_day_and_between_two(
    chromium: Browser, site_url: str
) -> None:
    page = chromium.new_page(viewport=PHONE)
    found: dict[str, list[str]] = {}
    for path in [*PATHS, *(f"/es{path}" for path in PATHS)]:
        page.goto(site_url + path)
        page.evaluate("document.querySelector('[popover]')?.showPopover()")
        found[path] = faults(page)
    page.close()
    assert {path: said for path, said in found.items() if said} == {}


def test_a_word_is_explained_by_keyboard_and_on_paper_it_is_a_plain_word(
    chromium: Browser, site_url: str
) -> None:
    page = chromium.new_page()
    page.goto(f"{site_url}/studies/{KEY}")
    word, tip = page.locator("button.term").first, page.locator(".tip").first
    expect(tip).to_be_hidden()
    word.focus()
    page.keyboard.press("Enter")
    expect(tip).to_be_visible()
    page.keyboard.press("Tab")
    expect(tip.get_by_role("link")).to_be_focused()
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    expect(word).to_be_focused()
    page.emulate_media(media="print")
    expect(page.locator("#follow")).to_be_hidden()
    assert word.evaluate("one => getComputedStyle(one).textDecorationLine") == "none"
    page.close()
