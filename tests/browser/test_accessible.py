"""Every page of the site, in every language, is one that everybody can use: axe finds nothing."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser
from site_of_tests import KEY, Filled

pytestmark = pytest.mark.timeout(180)

CONTRAST = {"runOnly": ["color-contrast"]}

READERS = (
    "/",
    "/studies?q=stiff",
    "/studies?q=cells+AND+state%3AAZ",
    "/studies?q=zebrafish+AND+state%3AAZ",
    "/studies?q=titel%3Ax",
    "/searches/new?words=stiff&changes=cuts",
    f"/studies/{KEY}",
    "/searches/preview?q=stiff&cadence=immediate",
    "/sweeps/2",
    "/coverage",
    "/glossary",
    "/ledger",
    "/webhooks",
    "/confirm/x",
    "/sign-in",
    "/nowhere",
)
OPERATORS = ("/inbox", "/ops", "/api")


FAULTS = """
    rules => axe.run(document, {resultTypes: ['violations'], ...rules}).then(found =>
        found.violations.map(one => `${one.id}: ${one.nodes[0].html.slice(0, 200)}`))
"""


def test_axe_finds_nothing_by_day_or_by_night_in_any_language(
    chromium: Browser, site_url: str, filled: Filled
) -> None:
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    paths = [*READERS, f"/unsubscribe/{filled.all_token}", *OPERATORS]
    paths += [f"/es{path}" for path in paths if path not in OPERATORS]
    found: dict[str, list[str]] = {}
    for path in paths:
        page.goto(site_url + path.removesuffix("/"))
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        page.evaluate(AXE_SCRIPT)
        page.emulate_media(color_scheme="light")
        found[path] = page.evaluate(FAULTS, {})
        page.emulate_media(color_scheme="dark")
        found[path] += page.evaluate(FAULTS, CONTRAST)
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found[path].append("wider than a phone")
    page.close()
    assert {path: said for path, said in found.items() if said} == {}
