"""Nobody reads or changes what is another reader's, whichever route of the site they ask.

Every route there is stands in a table here that says how to ask it for another reader's things. A
route that is new makes the first test fail until somebody has said how.
"""

import re
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from members import Member
from planted import MARK, Planted, plant, state_of
from programs import Program
from pydantic import SecretStr
from site_of_tests import HOME, KEY, Visitor, fill
from sqlalchemy import Engine

from tidings.clock import machine_now
from tidings.config import Settings
from tidings.db.engine import make_engine
from tidings.db.session import open_session
from tidings.flows.enroll import enroll
from tidings.subscribers.tokens import Scope, unsubscribe_token
from tidings.web.app import create_app

Route = tuple[str, str]

OWN, STOLEN = "own", "stolen"
"""A signed token of whoever asks; what a stolen copy of the database shows of secrets."""

PARTS: dict[str, Any] = {
    "key": KEY,
    "form": "json",
    "day": "2026-11-24",
    "first": "2026-11-24",
    "last": "2026-11-25",
    "sweep_id": 1,
    "number": 1,
    "language": "en",
    "provider": "ses",
    "mail_id": "1",
    "delivery_id": 1,
}
"""Parts of addresses that say nothing of a reader."""

THEIRS = {
    "saved_id": "saved_id",
    "search": "saved_id",
    "search_id": "search_id",
    "endpoint_id": "endpoint_id",
    "token_id": "token_id",
    "watchlist_id": "watchlist_id",
    "list_follow_id": "list_follow_id",
    "slug": "slug",
}
"""Parts that name a thing of the other reader, and what it is called in ``Planted``."""

SECRETS = {
    "/unsubscribe/{token}": OWN,
    "/mail/{token}": OWN,
    "/confirm/{token}": STOLEN,
    "/sign-in/{secret}": STOLEN,
    "/address/{secret}": STOLEN,
    "/feeds/{secret}": STOLEN,
}
"""Beginnings of addresses that hold a secret, and which one is tried."""

FORM: dict[str, Any] = {
    "cadence": "weekly",
    "words": "mine",
    "name": "mine",
    "title": "mine",
    "lines": KEY,
    "language": "en",
    "reach": "everybody",
    "time_zone": "UTC",
    "digest_hour": "8",
    "quiet_from": "21",
    "quiet_until": "7",
    "days": "30",
    "scope": "read:me",
    "kind": "webhook",
    "label": "mine",
    "q": "title:mine",
    "mute": "good",
    "word": "DELETE",
    "confirm": "yes",
    "everywhere": "1",
    "model": "mine",
    "reason": "mine",
    "revision": "0",
}
"""What forms are sent with: enough for each, and more than each reads."""

BODIES: dict[str, Any] = {"name": "mine", "text": "title:mine", "cadence": "weekly"}
SHORT: dict[str, Any] = {"cadence": "weekly"}
FILES = frozenset({"/static"})
"""Mounts that hold files alone."""


World = tuple[Settings, Engine, FastAPI, Planted]


@pytest.fixture(scope="module")
def world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[World]:
    """Give a site on which one reader has everything, and whose operators have a password."""
    folder = tmp_path_factory.mktemp("cross")
    shutil.copy(sqlite_template, folder / "tidings.db")
    engine = make_engine(f"sqlite:///{folder / 'tidings.db'}")
    settings = Settings(
        data_dir=folder / "data",
        mail_from="news@tidings.example",
        limits=0,
        ops_password=SecretStr("a password of operators"),
    )
    fill(engine, settings)
    planted = plant(engine, settings)
    yield settings, engine, create_app(settings, engine), planted
    engine.dispose()


def routes(app: FastAPI, start: str = "") -> Iterator[Route]:
    """Give the method and address of every route, those of mounted applications as well."""
    for found in iter_route_contexts(app.routes):
        path = start + str(found.path)
        inner = getattr(found.original_route, "app", None)
        if isinstance(inner, FastAPI):
            yield from routes(inner, path)
        elif path not in FILES:
            yield from ((method, path) for method in sorted((found.methods or set()) - {"HEAD"}))


def unknown_parts(path: str) -> list[str]:
    """Return the parts of an address that this table does not know how to fill."""
    known = PARTS.keys() | THEIRS.keys()
    if path.startswith(tuple(SECRETS)):
        known |= {"token", "secret"}
    return [name for name in re.findall(r"{(\w+)}", path) if name not in known]


def filled(path: str, planted: Planted, own_token: str) -> Iterator[str]:
    """Give the addresses at which a route has the other reader's things, or might."""
    values = PARTS | {name: getattr(planted, theirs) for name, theirs in THEIRS.items()}
    start = next((start for start in SECRETS if path.startswith(start)), "")
    tried = {"": ("",), OWN: (own_token,), STOLEN: planted.hashes}[SECRETS.get(start, "")]
    for secret in tried:
        yield path.format_map(values | {"token": secret, "secret": secret})


def sent(method: str, path: str, form_token: str) -> dict[str, Any]:
    """Return what a request carries besides its address."""
    if path.startswith("/api/"):
        body = BODIES if method == "POST" and path.endswith("/searches") else SHORT
        return {"json": body} if method in {"POST", "PUT", "PATCH"} else {}
    return {"data": FORM | {"form_token": form_token}} if method == "POST" else {}


def test_the_table_says_how_to_ask_every_route_there_is(world: World) -> None:
    _, _, app, _ = world
    there = list(routes(app))
    assert len(there) > 100
    unknown = {path: names for _, path in there if (names := unknown_parts(path))}
    assert unknown == {}, "say in PARTS, THEIRS or SECRETS how to fill these"
    paths = {path for _, path in there}
    assert [one for one in SECRETS if not any(path.startswith(one) for path in paths)] == []


def test_a_reader_gets_nothing_of_anothers_and_changes_nothing(world: World) -> None:
    settings, engine, app, planted = world
    site, before = Visitor(app), state_of(engine, planted.reader)
    for number, (method, path) in enumerate(routes(app)):
        with open_session(engine) as session:  # some routes end all that a reader has
            address, now = f"other{number}@clinic.org", machine_now()
            reader = enroll(session, address, time_zone="UTC", settings=settings, now=now)
        member, program = Member(site, engine, settings, reader), Program(site, engine, reader)
        own_token = unsubscribe_token(settings.secret, Scope(reader))
        headers = member.cookie | program.headers | {"Origin": HOME}
        for asked in filled(path, planted, own_token):
            details = sent(method, path, member.form_token)
            answer = site.send(method, asked, headers=headers, follow_redirects=False, **details)
            assert_kept(f"{method} {asked}", answer, world, before)


def test_whoever_is_not_signed_in_gets_nothing_and_changes_nothing(world: World) -> None:
    _, engine, app, planted = world
    site, before = Visitor(app), state_of(engine, planted.reader)
    for method, path in routes(app):
        for asked in filled(path, planted, "nonsense"):
            details = sent(method, path, "nonsense")
            answer = site.send(method, asked, follow_redirects=False, **details)
            assert_kept(f"{method} {asked}", answer, world, before)
            if path.startswith(("/manage", "/desk", "/api/v1/me", "/ops", "/inbox")):
                assert answer.status_code in {303, 401, 403, 404, 422}, f"{method} {asked}"


def assert_kept(asked: str, answer: httpx.Response, world: World, before: str) -> None:
    """Say whether an answer leaked nothing, broke nothing and changed nothing of the reader's."""
    _, engine, _, planted = world
    assert answer.status_code != 500, asked
    assert MARK not in f"{answer.text} {answer.headers}".lower(), f"{asked} tells too much"
    assert state_of(engine, planted.reader) == before, f"{asked} changed another reader's things"


def test_the_reader_sees_it_all_so_that_the_marks_are_where_they_should_be(world: World) -> None:
    settings, engine, app, planted = world
    site = Visitor(app)
    owner = Member(site, engine, settings, planted.reader)
    pages = {
        path: owner.get(path.format_map(vars(planted))).text
        for path in (
            "/manage",
            f"/manage/studies/{KEY}",
            "/manage/searches/{saved_id}",
            "/manage/endpoints",
            "/manage/tokens",
            "/manage/lists",
            "/manage/lists/{watchlist_id}",
        )
    }
    pages["export"] = owner.post("/manage/export").text
    program = Program(site, engine, planted.reader)
    for path in ("/me/follows", "/me/searches", f"/me/searches/{planted.saved_id}", "/me/notices"):
        pages[path] = program.ask("GET", path).text
    assert [path for path, text in pages.items() if MARK not in text.lower()] == []
    before = state_of(engine, planted.reader)
    program.ask("PATCH", f"/me/searches/{planted.saved_id}", {"cadence": "monthly"})
    assert state_of(engine, planted.reader) != before
