"""What keeps a page from being for everybody: what axe finds by day and by night, and its width."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, ViewportSize

PHONE: ViewportSize = {"width": 390, "height": 844}
CONTRAST = {"runOnly": ["color-contrast"]}
FAULTS = """
    rules => axe.run(document, {resultTypes: ['violations'], ...rules}).then(found =>
        found.violations.map(one => `${one.id}: ${one.nodes[0].html.slice(0, 200)}`))
"""


def faults(page: Page) -> list[str]:
    """Return what axe finds by day, which colours it finds too close by night, and a bad width.

    Whatever can be opened is open.
    """
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    page.evaluate(AXE_SCRIPT)
    page.emulate_media(color_scheme="light")
    found: list[str] = page.evaluate(FAULTS, {})
    page.emulate_media(color_scheme="dark")
    found += page.evaluate(FAULTS, CONTRAST)
    return found + too_wide(page)


def too_wide(page: Page) -> list[str]:
    """Say whether a page is wider than its window."""
    is_wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    return ["wider than its window"] if is_wide else []
