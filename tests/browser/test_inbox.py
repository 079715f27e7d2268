"""The inbox of captured mail, as whoever writes mails uses it."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, expect
from site_of_tests import KEY

pytestmark = pytest.mark.timeout(120)

FAULTS = "() => axe.run(document).then(found => found.violations.map(one => one.id))"
BACKGROUND = "body => getComputedStyle(body).backgroundColor"


def test_a_mail_is_looked_at_by_night_on_a_phone_and_its_one_click_is_pressed(
    chromium: Browser, site_url: str
) -> None:
    page = chromium.new_page(viewport={"width": 1200, "height": 900}, color_scheme="light")
    elsewhere: list[str] = []
    page.on("request", lambda asked: elsewhere.append(asked.url))
    page.goto(f"{site_url}/inbox")
    page.get_by_label("Words in a subject").fill("was 31 Dec 2029")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name=KEY).click()
    body = page.frame_locator("iframe.mail").locator("body")
    by_day = body.evaluate(BACKGROUND)
    page.get_by_role("link", name="By night").click()
    assert body.evaluate(BACKGROUND) != by_day
    page.get_by_role("link", name="Phone, 390 px").click()
    assert body.evaluate("() => window.innerWidth") == 390
    for view in ("Text", "Headers", "Checks", "Raw"):
        page.get_by_role("link", name=view, exact=True).click()
        page.evaluate(AXE_SCRIPT)
        assert page.evaluate(FAULTS) == []
    page.get_by_role("button", name="Press one-click unsubscribe").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Done")
    assert [url for url in elsewhere if not url.startswith(site_url)] == []
    page.close()
