"""A reader's own pages in a browser: by keyboard, without a script, on a phone, day and night."""

import pytest
from everybody import PHONE, faults, too_wide
from mailbag import every_mail
from playwright.sync_api import Browser, Page, expect
from saving import saved_search
from site_of_tests import KEY, READER, Filled
from sqlalchemy import Engine
from sqlmodel import select

from tidings.clock import machine_now
from tidings.config import Settings
from tidings.db.session import open_session
from tidings.delivery.models import Delivery, DeliveryKind
from tidings.flows.sign_in import sign_in
from tidings.subscribers.tokens import mail_token, open_token

pytestmark = pytest.mark.timeout(180)


def secret_of(engine: Engine, settings: Settings, kind: DeliveryKind) -> str:
    """Return the secret that the one mail of this kind shows."""
    with open_session(engine) as session:
        mail = session.exec(select(Delivery).where(Delivery.kind == kind)).one()
        return open_token(settings.secret, mail.secret)


def press(page: Page, role: str, name: str) -> None:
    """Go to a control and press it, by keyboard."""
    page.get_by_role(role, name=name, exact=True).focus()  # pyright: ignore[reportArgumentType] - one of its words
    page.keyboard.press("Enter")


def test_signing_in_changing_and_signing_out_need_a_keyboard_and_no_script(
    chromium: Browser, site_url: str, sqlite_engine: Engine, settings: Settings, filled: Filled
) -> None:
    assert filled.subscriber_id
    page = chromium.new_context(java_script_enabled=False, viewport=PHONE).new_page()
    page.goto(f"{site_url}/manage")
    page.get_by_label("Your e-mail address").fill(READER)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail")
    secret = secret_of(sqlite_engine, settings, DeliveryKind.SIGN_IN)
    page.goto(f"{site_url}/sign-in/{secret}")
    press(page, "button", "Sign me in")
    expect(page.get_by_role("heading", level=1)).to_have_text("What you follow")
    press(page, "link", "Change or stop: How stiff tissue keeps immune cells out of tumors")
    page.get_by_label("How often").select_option("monthly")
    page.get_by_label("Money", exact=True).select_option("immediate")
    page.get_by_label("Your note, shown in your mails only").fill("ask in spring")
    press(page, "button", "Save")
    expect(page.get_by_role("status")).to_have_text("Saved.")
    expect(page.get_by_text("a digest each month, some kinds otherwise")).to_be_visible()
    expect(page.get_by_text("Your note: ask in spring")).to_be_visible()
    press(page, "button", "Sign out")
    expect(page).to_have_url(f"{site_url}/")
    page.goto(f"{site_url}/manage")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.context.close()


def test_axe_finds_nothing_on_a_readers_own_pages_and_all_fit_a_phone(
    chromium: Browser, site_url: str, sqlite_engine: Engine, settings: Settings, filled: Filled
) -> None:
    every_mail(sqlite_engine, settings, filled)
    secret = secret_of(sqlite_engine, settings, DeliveryKind.SIGN_IN)
    with open_session(sqlite_engine) as session:
        saved = saved_search(session, filled.subscriber_id, "xenograft OR " * 12 + "organoid")
        session.commit()
        opened = sign_in(session, secret, now=machine_now())
        mail = session.exec(select(Delivery).where(Delivery.kind == DeliveryKind.DIGEST)).one()
    token = mail_token(settings.secret, filled.subscriber_id, mail.message_id)
    context = chromium.new_context(viewport=PHONE)
    context.add_cookies([{"name": "tidings", "value": opened, "url": site_url}])
    own = (
        "",
        "/settings",
        "/address",
        "/stop",
        "/endpoints",
        "/endpoints/new",
        "/tokens",
        f"/studies/{KEY}",
        f"/searches/{saved.id}",
    )
    mailed = ("", f"/studies/{KEY}", f"/searches/{saved.search_id}")
    paths = [*(f"/manage{one}" for one in own), *(f"/mail/{token}{one}" for one in mailed)]
    paths += [f"/unsubscribe/{token}{one}" for one in mailed]
    page, found = context.new_page(), dict[str, list[str]]()
    for path in [*paths, *(f"/es{path}" for path in paths)]:
        page.goto(site_url + path)
        found[path] = too_wide(page) if path.startswith("/es") else faults(page)
    context.close()
    assert {path: said for path, said in found.items() if said} == {}
