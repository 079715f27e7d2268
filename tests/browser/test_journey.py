"""The whole way of a reader, by keyboard, on a phone and on a desk: from a condition to goodbye."""

import json
import re
from collections.abc import Generator
from pathlib import Path

import pytest
from alive import Living
from keyboard import choose, press, tab_to
from playwright.sync_api import Browser, Page, ViewportSize, expect
from site_of_tests import Filled
from sqlalchemy import Engine
from sqlmodel import select

from tidings.clock import machine_now
from tidings.config import Settings
from tidings.db.session import open_session
from tidings.sandbox.running import Options, running_sandbox
from tidings.subscribers.models import Subscriber

pytestmark = pytest.mark.timeout(240)

READER = "someone@clinic.org"
CONDITION = "cancer"
WEEKS = 8
"""The sandbox brings a study on cancer long before."""

SIZES = {
    "phone": ViewportSize(width=390, height=844),
    "desk": ViewportSize(width=1280, height=900),
}


@pytest.fixture
def living(sqlite_engine: Engine, settings: Settings) -> Generator[Living]:
    """Give a store that was swept once from a sandbox."""
    with running_sandbox(Options(corpus=200)) as sandbox:
        made = Living(sqlite_engine, settings, sandbox, machine_now())
        made.week(0)
        yield made


@pytest.fixture
def filled(living: Living) -> Filled:
    """Let the site wait for the first sweep."""
    assert living.engine
    return Filled(1, "", "")


@pytest.fixture(params=SIZES)
def page(request: pytest.FixtureRequest, chromium: Browser) -> Generator[Page]:
    """Give a window that looks for whatever goes to another host, or is wider than it."""
    context = chromium.new_context(viewport=SIZES[request.param])
    opened = context.new_page()
    opened.set_default_timeout(20_000)
    yield opened
    context.close()


def test_from_a_condition_to_a_digest_and_out_again_by_keyboard_alone(
    page: Page, site_url: str, living: Living, tmp_path: Path
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    save_a_search(page, site_url)
    confirm(page, site_url, living)
    study = read_a_digest(page, site_url, living)
    see_the_change(page, study)
    sign_in(page, site_url, living)
    mute_and_change_cadence(page)
    export(page, tmp_path)
    delete(page)
    assert [url for url in asked if not url.startswith((site_url, "blob:", "data:"))] == []
    with open_session(living.engine) as session:
        assert session.exec(select(Subscriber)).all() == []


def save_a_search(page: Page, site_url: str) -> None:
    """Find a condition, look at what it would have sent, and ask to be told."""
    page.goto(site_url)
    tab_to(page, "#q")
    page.keyboard.type(CONDITION)
    page.keyboard.press("Enter")
    heading(page, "Studies")
    expect(page.locator(".studies h3 a").first).to_be_visible()
    press(page, "a.button")
    heading(page, "Be told when there is more")
    press(page, ".choices a[href*=weekly]")
    expect(page.locator("#past-head")).to_be_visible()
    expect(page.get_by_text("In the last 26 weeks")).to_be_visible()
    fits(page)
    tab_to(page, "#address", "Shift+Tab" if focus_is_below(page, "#address") else "Tab")
    page.keyboard.type(READER)
    page.keyboard.press("Enter")
    heading(page, "Look into your mail")


def confirm(page: Page, site_url: str, living: Living) -> None:
    """Press the button of the mail."""
    living.send(machine_now())
    page.goto(mailed(page, site_url, r"/confirm/\S+"))
    press(page, "main button")
    heading(page, "Thank you")


def read_a_digest(page: Page, site_url: str, living: Living) -> str:
    """Let weeks go by until a digest tells of a study; return the address of its page."""
    for number in range(1, WEEKS):
        living.week(number)
        page.goto(f"{site_url}/inbox")
        if page.locator(".mails a").count() == len(("confirm", "welcome", "digest")):
            return mailed(page, site_url, r"/studies/[A-Z0-9]+")
    pytest.fail("no digest came")


def see_the_change(page: Page, study: str) -> None:
    """Open the study, and find what is new in its timeline."""
    page.goto(study)
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".changes .change").first).to_be_visible()
    fits(page)


def sign_in(page: Page, site_url: str, living: Living) -> None:
    """Ask for a link, and press its button."""
    page.goto(f"{site_url}/manage")
    heading(page, "Sign in")
    tab_to(page, "#address")
    page.keyboard.type(READER)
    page.keyboard.press("Enter")
    heading(page, "Look into your mail")
    living.send(machine_now())
    page.goto(mailed(page, site_url, r"/sign-in/\S+"))
    press(page, "main button")
    heading(page, "What you follow")


def mute_and_change_cadence(page: Page) -> None:
    """Mute the search for a month, and have it daily from then on."""
    press(page, "a[href^='/manage/searches/']")
    heading(page, "Your saved search")
    choose(page, "#cadence", "a digest each d")
    tab_to(page, "[name=mute]")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#mute-month")).to_be_checked()
    fits(page)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Saved.")
    expect(
        page.get_by_text(re.compile("a digest each day.*muted until", re.DOTALL)).first
    ).to_be_visible()


def export(page: Page, folder: Path) -> None:
    """Take all of it along."""
    with page.expect_download() as coming:
        press(page, "form[action='/manage/export'] button")
    coming.value.save_as(folder / "all.json")
    held = json.loads((folder / "all.json").read_bytes())
    assert held["format"] == "tidings-export/1"
    assert READER in json.dumps(held)


def delete(page: Page) -> None:
    """Have all of it deleted."""
    press(page, "a[href='/manage/delete']")
    heading(page, "Delete everything?")
    tab_to(page, "#word")
    page.keyboard.type("DELETE")
    page.keyboard.press("Enter")
    heading(page, "All of it is deleted")


def mailed(page: Page, site_url: str, pattern: str) -> str:
    """Return the address that the newest mail in the inbox has for a path."""
    page.goto(f"{site_url}/inbox")
    first = page.locator(".mails a").first.get_attribute("href")
    page.goto(f"{site_url}{first}?view=text")
    words = page.locator("pre.text").inner_text()
    found = re.search(pattern, words)
    assert found is not None, words
    return site_url + found.group()


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def fits(page: Page) -> None:
    """See that nothing is wider than the window."""
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def focus_is_below(page: Page, selector: str) -> bool:
    """Say whether the focus has gone past an element."""
    return bool(
        page.evaluate(
            "selector => Boolean(document.querySelector(selector)"
            ".compareDocumentPosition(document.activeElement) & 4)",
            selector,
        )
    )
