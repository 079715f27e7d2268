"""Lists and the end of all data in a browser: for everybody, day and night, on a phone."""

import pytest
from belongings import publish
from everybody import PHONE, faults
from members import session_of
from playwright.sync_api import Browser, expect
from site_of_tests import KEY, Filled
from sqlalchemy import Engine

from tidings.config import Settings

pytestmark = pytest.mark.timeout(180)


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
        found[path] = faults(page)
    assert {path: said for path, said in found.items() if said} == {}
    page.goto(f"{site_url}/manage/delete")
    page.get_by_label("Type DELETE to delete everything").fill("delete")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("All of it is deleted")
    context.close()
