"""Every sample mail as mail programs show it: by day and by night, on a desk and on a phone."""

from collections.abc import Generator
from typing import Any, Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page
from sample_mails import SAMPLES, Sample

pytestmark = pytest.mark.timeout(120)

EACH = pytest.mark.parametrize("sample", SAMPLES, ids=str)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
FAULTS = """
    axe.run({resultTypes: ['violations']}).then(found => found.violations.map(
        one => [one.id, one.nodes.map(node => node.html.slice(0, 200))]
    ))
"""
TOO_WIDE = "document.documentElement.scrollWidth > window.innerWidth"
SMALLEST = """
    Math.min(...[...document.querySelectorAll('[role=main] *')]
        .map(one => parseFloat(getComputedStyle(one).fontSize)))
"""
BARE_LINKS = """
    [...document.querySelectorAll('a:not(.button)')]
        .filter(one => !getComputedStyle(one).textDecorationLine.includes('underline')).length
"""


@pytest.fixture(scope="module")
def phone(chromium: Browser) -> Generator[Page]:
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    yield page
    page.close()


@pytest.fixture
def asked(phone: Page) -> Generator[list[str]]:
    urls: list[str] = []

    def note(request: Any) -> None:
        urls.append(request.url)

    phone.on("request", note)
    yield urls
    phone.remove_listener("request", note)


@EACH
def test_a_mail_is_seen_whole_by_everybody_and_asks_nobody_for_anything(
    sample: Sample, phone: Page, asked: list[str]
) -> None:
    phone.set_content(sample.rendered().html)
    phone.evaluate(AXE_SCRIPT)
    for scheme in SCHEMES:
        phone.emulate_media(color_scheme=scheme)
        assert phone.evaluate(FAULTS) == [], scheme
    assert not phone.evaluate(TOO_WIDE)
    assert phone.evaluate(SMALLEST) >= 14
    assert phone.evaluate(BARE_LINKS) == 0
    assert asked == []


def test_a_phone_at_night_gets_dark_paper(phone: Page) -> None:
    phone.emulate_media(color_scheme="dark")
    phone.set_content(SAMPLES[0].rendered().html)
    paper = phone.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == "rgb(18, 22, 28)"
