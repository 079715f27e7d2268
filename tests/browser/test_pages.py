"""The pages as people see them: on a desk, on a phone, by day, by night, by keyboard."""

from collections.abc import Generator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from site_of_tests import KEY, TITLE, Filled
from sqlalchemy import Engine
from sqlmodel import select

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.delivery.senders.capture import Inbox
from tidings.delivery.senders.make import inbox_folder
from tidings.subscribers.models import Subscriber, SubscriberState

pytestmark = pytest.mark.timeout(120)

DESK, PHONE = 1200, 390


class Watched:
    """A page, with what went wrong on it and where it turned to."""

    def __init__(self, page: Page, home: str) -> None:
        self.page, self.home = page, home
        self.complaints: list[str] = []
        self.elsewhere: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self._note(request.url))

    def _note(self, url: str) -> None:
        if not url.startswith((self.home, "data:")):
            self.elsewhere.append(url)

    def open(self, path: str) -> Page:
        """Open a page of the site."""
        self.page.goto(self.home + path)
        return self.page


@pytest.fixture(params=[(DESK, "light"), (PHONE, "light"), (PHONE, "dark")], ids=str)
def watched(request: pytest.FixtureRequest, chromium: Browser, site_url: str) -> Generator[Watched]:
    width, scheme = request.param
    page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    yield Watched(page, site_url)
    page.close()


def is_too_wide(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


def unlabelled(page: Page) -> list[Any]:
    fields = "[...document.querySelectorAll('input:not([type=hidden]), select')]"
    return page.evaluate(f"{fields}.filter(one => !one.labels.length).map(one => one.name)")


def test_every_page_fits_is_labelled_and_asks_nobody_else(
    watched: Watched, settings: Settings, filled: Filled
) -> None:
    mail = Inbox(inbox_folder(settings)).newest()[0].id
    paths = ["/", "/studies?q=stiff", f"/studies/{KEY}", "/inbox", f"/inbox/{mail}", "/ops"]
    paths += [
        f"/unsubscribe/{filled.all_token}",
        "/confirm/x",
        "/sweeps/2",
        "/studies?q=title:",
        "/studies?q=cells",
    ]
    for path in paths:
        page = watched.open(path)
        assert not is_too_wide(page), path
        assert page.locator("h1").count() == 1, path
        assert unlabelled(page) == [], path
    assert [words for words in watched.complaints if "400" not in words] == []
    assert watched.elsewhere == []


def test_a_study_says_what_changed_in_words_and_by_mark(watched: Watched) -> None:
    page = watched.open(f"/studies/{KEY}")
    expect(page.locator(".official")).to_contain_text(TITLE.capitalize())
    change = page.locator(".change").filter(has_text="End date")
    expect(change).to_contain_text("▼")
    expect(change).to_contain_text("was 31 Dec 2029")


def test_the_inbox_leads_to_the_mail_and_the_mail_is_in_its_frame(watched: Watched) -> None:
    page = watched.open("/inbox")
    page.get_by_role("link", name=f"{KEY}: end date moved earlier").click()
    frame = page.frame_locator("iframe.mail")
    expect(frame.get_by_role("heading", level=1)).to_have_text("End date moved earlier")


def test_leaving_takes_one_press_and_looking_changes_nothing(
    watched: Watched, sqlite_engine: Engine, filled: Filled
) -> None:
    page = watched.open(f"/unsubscribe/{filled.all_token}")
    assert state(sqlite_engine) is SubscriberState.ACTIVE
    page.get_by_role("button", name="Stop all mail").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Done")
    assert state(sqlite_engine) is SubscriberState.ENDED


def test_the_keyboard_reaches_the_content_first_and_sends_the_form(watched: Watched) -> None:
    page = watched.open(f"/studies/{KEY}")
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    page.get_by_label("Your e-mail address").fill("someone@clinic.org")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail")


def state(engine: Engine) -> SubscriberState:
    with open_session(engine) as session:
        return session.exec(select(Subscriber)).one().state
