"""The links of mails: whoever follows one, once or a hundred times, changes nothing."""

import asyncio
import re
from urllib.parse import urlsplit

import httpx
import pytest
from filling import stored
from mailbag import every_mail, links_of
from site_of_tests import HOME, fill
from sqlalchemy import Engine

from tidings.config import Settings
from tidings.delivery.models import DeliveryKind
from tidings.web.app import create_app

TIMES = 100
APART = {"brake-pulled"}
"""For the operator, and its link leads to the operators' page."""

PLACES = (
    *(
        "/",
        "/manage",
        "/manage/endpoints",
        "/studies/*",
        "/sweeps/*",
        "/confirm/*",
        "/sign-in/*",
        "/address/*",
    ),
    *("/mail/*", "/mail/*/changes.csv", "/mail/*/studies/*", "/mail/*/searches/*"),
    *("/unsubscribe/*", "/unsubscribe/*/studies/*", "/unsubscribe/*/searches/*"),
)
"""Where links of mails lead, whoever's they are."""


async def ask_all(app: httpx.ASGITransport, paths: list[str]) -> set[tuple[str, int]]:
    """Ask for every path by GET and by HEAD, so many times; return what was answered."""
    async with httpx.AsyncClient(transport=app, base_url=HOME) as client:
        return {
            (path, (await client.request(method, path)).status_code)
            for path in paths
            for method in ("GET", "HEAD")
            for _ in range(TIMES)
        }


def place(path: str) -> str:
    """Return a path without what is one reader's or one study's in it."""
    names = "confirm|sign-in|address|mail|unsubscribe|studies|searches|sweeps"
    return re.sub(rf"/({names})/[^/#?]+", r"/\1/*", path)


@pytest.mark.timeout(300)
def test_a_hundred_gets_and_heads_of_every_link_of_every_mail_change_no_row(
    sqlite_engine: Engine, settings: Settings
) -> None:
    own = settings.model_copy(update={"site_url": HOME})
    mails = every_mail(sqlite_engine, own, fill(sqlite_engine, own))
    kinds = {str(mail.headers["Feedback-ID"]).split(":")[0] for mail in mails}
    assert kinds == {kind.replace("_", "-") for kind in DeliveryKind} - APART
    links = {link for mail in mails for link in links_of(mail)}
    assert {urlsplit(link).netloc for link in links} == {urlsplit(HOME).netloc}
    paths = {link.removeprefix(HOME).partition("#")[0] or "/" for link in links}
    assert {place(path) for path in paths} | {"/mail/*"} == set(PLACES)  # that is in long ones
    before = stored(sqlite_engine)
    app = httpx.ASGITransport(create_app(own, sqlite_engine))
    found = asyncio.run(ask_all(app, sorted(paths)))
    assert {status for _, status in found} == {200, 303}
    assert {path for path, status in found if status == 303} == {"/manage", "/manage/endpoints"}
    assert stored(sqlite_engine) == before
