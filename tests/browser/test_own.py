"""Lists and the end of all data in a browser: for everybody, day and night, on a phone."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from belongings import publish
from playwright.sync_api import Browser, ViewportSize, expect
from site_of_tests import KEY, Filled
from sqlalchemy import Engine

from tidings.clock import machine_now
from tidings.config import Settings
from tidings.db.session import open_session
from tidings.flows.sign_in import SESSION_LIFE
from tidings.subscribers.models import Token, TokenPurpose
from tidings.subscribers.tokens import new_token

pytestmark = pytest.mark.timeout(180)

PHONE: ViewportSize = {"width": 390, "height": 844}
CONTRAST = {"runOnly": ["color-contrast"]}
FAULTS = """
    rules => axe.run(document, {resultTypes: ['violations'], ...rules}).then(found =>
        found.violations.map(one => `${one.id}: ${one.nodes[0].html.slice(0, 200)}`))
"""


def session_of(engine: Engine, reader: int) -> str:
    """Return the secret of a session that is begun for a reader."""
    secret, kept = new_token()
    now = machine_now()
    with open_session(engine) as session:
        session.add(
            Token(
                token_hash=kept,
                purpose=TokenPurpose.SESSION,
                subscriber_id=reader,
                created_at=now,
                expires_at=now + SESSION_LIFE,
            )
        )
        session.commit()
    return secret


def test_lists_and_the_page_that_deletes_are_for_everybody_and_work_by_keyboard(
    chromium: Browser, site_url: str, sqlite_engine: Engine, settings: Settings, filled: Filled
) -> None:
    assert settings.data_dir
    slug = publish(sqlite_engine, filled.subscriber_id, f"{KEY} | Tissue\nsearch: stiff | Stiff")
    context = chromium.new_context(viewport=PHONE)
    secret = session_of(sqlite_engine, filled.subscriber_id)
    context.add_cookies([{"name": "tidings", "value": secret, "url": site_url}])
    page = context.new_page()
    found: dict[str, list[str]] = {}
    paths = ("/manage", "/manage/lists", "/manage/lists/1", "/manage/delete", f"/lists/{slug}")
    for path in (*paths, *(f"/es{path}" for path in paths)):
        page.goto(site_url + path)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        page.evaluate(AXE_SCRIPT)
        page.emulate_media(color_scheme="light")
        found[path] = page.evaluate(FAULTS, {})
        page.emulate_media(color_scheme="dark")
        found[path] += page.evaluate(FAULTS, CONTRAST)
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found[path].append("wider than a phone")
    assert {path: said for path, said in found.items() if said} == {}
    page.goto(f"{site_url}/manage/delete")
    page.get_by_label("Type DELETE to delete everything").fill("delete")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("All of it is deleted")
    context.close()
