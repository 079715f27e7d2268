"""Every page of the site, in every language, is one that everybody can use: axe finds nothing."""

import pytest
from everybody import PHONE, faults
from playwright.sync_api import Browser
from site_of_tests import KEY, Filled

pytestmark = pytest.mark.timeout(180)

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


@pytest.mark.parametrize("language", ["", "/es"])
def test_axe_finds_nothing_by_day_or_by_night(
    chromium: Browser, site_url: str, filled: Filled, language: str
) -> None:
    page = chromium.new_page(viewport=PHONE)
    paths = [*READERS, f"/unsubscribe/{filled.all_token}"]
    paths += () if language else OPERATORS
    found: dict[str, list[str]] = {}
    for path in paths:
        page.goto(site_url + f"{language}{path}".removesuffix("/"))
        found[path] = faults(page)
    page.close()
    assert {path: said for path, said in found.items() if said} == {}
