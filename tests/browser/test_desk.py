"""The editors' desk in a browser: axe finds nothing, it fits a phone, and its links lead there."""

import pytest
from drafts import Desk, fill_desk
from everybody import PHONE, faults
from members import Member
from playwright.sync_api import Browser, Page
from site_of_tests import Visitor
from sqlalchemy import Engine

from tidings.config import Settings
from tidings.web.app import create_app

pytestmark = pytest.mark.timeout(180)

TEXT = "/desk/studies/CA000001/en"
PATHS = ("/desk?show=drafts", "/desk/models", TEXT)


@pytest.fixture
def desk(sqlite_engine: Engine, site_url: str) -> Desk:
    assert site_url
    return fill_desk(sqlite_engine)


@pytest.fixture
def page(
    chromium: Browser, site_url: str, sqlite_engine: Engine, settings: Settings, desk: Desk
) -> Page:
    visitor = Visitor(create_app(settings, sqlite_engine))
    editor = Member(visitor, sqlite_engine, settings, desk.reader_id)
    opened = chromium.new_page(viewport=PHONE)
    opened.context.add_cookies([{"name": "tidings", "value": editor.secret, "url": site_url}])
    return opened


def test_an_editor_decides_and_publishes_on_a_phone_and_axe_finds_nothing_on_the_way(
    page: Page, site_url: str
) -> None:
    found: dict[str, list[str]] = {}
    for path in PATHS:
        page.goto(site_url + path)
        found[path] = faults(page)
    page.click("a[href='#source-2']")
    assert page.evaluate("document.querySelector('mark:target').textContent") == (
        "how stiff 120 tumors of mice are"
    )
    page.click("a[href='#sentence-2']")
    assert page.evaluate("document.querySelector('.sentence:target h3').textContent").startswith(
        "Sentence 2"
    )
    for number in range(3):
        page.locator(".verdicts").nth(number).get_by_text("Accept").check()
    page.locator("textarea[name^=text-]").first.fill("Tumors have 9 lives.")
    page.get_by_text("Save and publish").click()
    assert "“9” is not in the words" in page.inner_text(".sentence .problem")
    found["wrong"] = faults(page)
    page.locator("textarea[name^=text-]").first.fill("Some tumors are stiff.")
    page.get_by_text("Save and publish").click()
    assert "Published: readers see it now." in page.inner_text(".notice")
    found["published"] = faults(page)
    page.close()
    assert {path: said for path, said in found.items() if said} == {}
