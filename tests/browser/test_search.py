"""Searching and saving by keyboard alone, and without scripts."""

from datetime import timedelta

import pytest
from keyboard import tab_to
from playwright.sync_api import Browser, Page, expect
from site_of_tests import Filled
from sources import ListedSource, record
from sqlalchemy import Engine
from sqlmodel import select
from sweeps import run_sweep

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.subscribers.models import Cadence, Token
from tidings.subscribers.wishes import WISHES

pytestmark = pytest.mark.timeout(120)

STIFF = "HOW STIFF TISSUE KEEPS IMMUNE CELLS OUT OF TUMORS"


@pytest.fixture
def filled(sqlite_engine: Engine, settings: Settings) -> Filled:
    """Sweep twice; the second time there is a study of stiff tissue more."""
    source = ListedSource([record(1)])
    now = settings.clock.now()
    run_sweep(sqlite_engine, source, now=now - timedelta(weeks=3))
    source.records.append(record(2, project_title=STIFF))
    source.records.append(record(3, organization={"org_name": "A", "org_state": "OR"}))
    run_sweep(sqlite_engine, source, now=now - timedelta(weeks=2))
    return Filled(1, "", "")


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def test_a_search_is_mended_widened_looked_at_and_saved_by_keyboard_alone(
    chromium: Browser, site_url: str, sqlite_engine: Engine
) -> None:
    page = chromium.new_page(viewport={"width": 390, "height": 800}, color_scheme="dark")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site_url}/studies")
    mend_a_search(page)
    longer = add_a_name(page)
    look_back(page)
    tab_to(page, "#address", "Shift+Tab")
    page.keyboard.type("someone@clinic.org")
    page.keyboard.press("Enter")
    heading(page, "Look into your mail")
    assert all(url.startswith(site_url) for url in asked)
    with open_session(sqlite_engine) as session:
        (token,) = session.exec(select(Token)).all()
    (wish,) = WISHES.validate_python(token.wishes)
    assert (wish.search_text, wish.cadence) == (longer, Cadence.DAILY)


def mend_a_search(page: Page) -> None:
    """Make a mistake, read where it is, and write the search anew where the focus is."""
    tab_to(page, "#q")
    page.keyboard.type("TNBC OR stiff activty:R01")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("did you mean activity:?")
    caret = page.locator(".caret").text_content() or ""
    assert caret.splitlines() == ["TNBC OR stiff activty:R01", " " * 14 + "^"]
    expect(page.locator("#q")).to_have_value("TNBC OR stiff activty:R01")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("TNBC OR stiff")
    page.keyboard.press("Enter")
    expect(page.locator("mark").first).to_have_text("STIFF")


def add_a_name(page: Page) -> str:
    """Untick and tick the first name, search with all that are ticked; return the search."""
    tab_to(page, ".names .box input")
    box = page.locator(".names .box input").first
    expect(box).to_be_checked()
    page.keyboard.press("Space")
    expect(box).not_to_be_checked()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator("#q")).not_to_have_value("TNBC OR stiff")
    return page.locator("#q").input_value()


def look_back(page: Page) -> None:
    """Go to the page that saves, ask for the daily digests of the past, and open the last one."""
    tab_to(page, "a.button")
    page.keyboard.press("Enter")
    heading(page, "Be told when there is more")
    tab_to(page, ".choices a[href*=daily]")
    page.keyboard.press("Enter")
    expect(page.locator(".chart rect").first).to_be_attached()
    tab_to(page, ".mails summary")
    page.keyboard.press("Enter")
    expect(page.locator(".mails pre").first).to_be_visible()
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def test_a_count_follows_the_typing_and_nothing_is_complained_of(
    chromium: Browser, site_url: str
) -> None:
    page = chromium.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for path in ("/", "/studies?q=x1", "/searches/new", "/es/searches/new?q=stiff"):
        page.goto(f"{site_url}{path.removesuffix('/')}")
        count, box = page.locator("#q-count"), page.locator("#q")
        expect(count).to_be_empty()
        box.fill("")
        box.press_sequentially("stiff")
        expect(count).to_have_text("1 estudio" if "/es" in path else "1 study")
        box.press_sequentially(" activty:R01")
        expect(count).to_contain_text("activity:?")
        assert page.url == f"{site_url}{path.removesuffix('/')}" + ("/" if path == "/" else "")
    assert complaints == []
    page.close()


def test_all_of_it_works_without_scripts(chromium: Browser, site_url: str) -> None:
    context = chromium.new_context(
        java_script_enabled=False, viewport={"width": 390, "height": 800}
    )
    page = context.new_page()
    page.goto(site_url)
    page.fill("#q", "tissue OR cells")
    page.click("main form button")
    page.click(".facets summary")
    page.click(".facets li a")
    expect(page.locator("#q")).to_have_value("(tissue OR cells) AND state:AZ")
    page.click("a.chosen")
    page.goto(f"{site_url}/searches/new")
    page.fill("#by-words", "stiff")
    page.select_option("#by-state", "AZ")
    page.click(".built button")
    expect(page.locator("#q")).to_have_value("stiff state:AZ")
    page.fill("#address", "someone@clinic.org")
    page.click("section.card button")
    heading(page, "Look into your mail")
    context.close()
