"""A reader's program has what its token allows, for as long as the token is good, and no more."""

from collections.abc import AsyncGenerator, Collection
from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest
from programs import ALL, Program
from saving import saved_search
from site_of_tests import KEY, Filled, Visitor
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from tidings.clock import machine_now
from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.flows.unsubscribe import unsubscribe
from tidings.searches.models import SavedSearch
from tidings.subscribers.api_token_queries import end_api_tokens
from tidings.subscribers.models import ApiToken, EndedReason, Follow
from tidings.subscribers.scopes import ApiScope
from tidings.subscribers.tokens import Scope
from tidings.web.api.counting import OWN
from tidings.web.app import create_app

OTHER = "CA000002"
ROUTES: tuple[tuple[str, str, Any, ApiScope], ...] = (
    ("GET", "/me", None, ApiScope.READ_ME),
    ("GET", "/me/follows", None, ApiScope.READ_ME),
    ("GET", f"/me/follows/{KEY}", None, ApiScope.READ_ME),
    ("PUT", f"/me/follows/{KEY}", {"cadence": "daily"}, ApiScope.WRITE_FOLLOWS),
    ("PATCH", f"/me/follows/{KEY}", {"note": "n"}, ApiScope.WRITE_FOLLOWS),
    ("GET", "/me/searches", None, ApiScope.READ_ME),
    ("POST", "/me/searches", {"name": "n", "text": "title:trop2"}, ApiScope.WRITE_SEARCHES),
    ("GET", "/me/searches/1", None, ApiScope.READ_ME),
    ("PATCH", "/me/searches/1", {"cadence": "monthly"}, ApiScope.WRITE_SEARCHES),
    ("GET", "/me/notices", None, ApiScope.READ_NOTICES),
    ("POST", "/me/feeds/calendar", None, ApiScope.WRITE_FEEDS),
    ("DELETE", "/me/feeds/calendar", None, ApiScope.WRITE_FEEDS),
    ("POST", "/me/feeds/searches/1", None, ApiScope.WRITE_FEEDS),
    ("DELETE", "/me/feeds/searches/1", None, ApiScope.WRITE_FEEDS),
    ("DELETE", "/me/searches/1", None, ApiScope.WRITE_SEARCHES),
    ("DELETE", f"/me/follows/{KEY}", None, ApiScope.WRITE_FOLLOWS),
)
"""Every route that needs a token, with a body that it takes, and the scope it needs."""

SETS = [frozenset(some) for count in range(1, 6) for some in combinations(ALL, count)]


@pytest.fixture
def engine(sqlite_engine: Engine) -> Engine:
    """Give one kind of database: on both, the flows behind these routes are tried themselves."""
    return sqlite_engine


@pytest.fixture(autouse=True)
def saved(engine: Engine, filled: Filled) -> int:
    with open_session(engine) as session:
        row = saved_search(session, filled.subscriber_id, "title:immune")
        session.commit()
        return stored_id(row.id)


@pytest.fixture
def program(site: Visitor, engine: Engine, filled: Filled) -> Program:
    return Program(site, engine, filled.subscriber_id)


def the_follow(session: Session) -> Follow:
    return session.exec(select(Follow).where(col(Follow.ended_at).is_(None))).one()


def test_the_table_of_routes_and_scopes_is_whole(site: Visitor) -> None:
    described = site.get("/api/openapi.json").json()["paths"]
    secured = {
        (method.upper(), path)
        for path, methods in described.items()
        for method, one in methods.items()
        if one.get("security")
    }
    listed = {
        (method, "/v1" + path.replace(KEY, "{key}").replace("searches/1", "searches/{search}"))
        for method, path, _, _ in ROUTES
    }
    assert listed == secured
    assert all(path.startswith("/v1/me") for _, path in secured)


def test_a_route_opens_to_tokens_with_its_scope_and_to_no_other_set_of_scopes(
    site: Visitor, engine: Engine, filled: Filled
) -> None:
    refused = 0
    for scopes in SETS:
        program = _with(site, engine, filled, scopes)
        for method, path, body, needed in ROUTES:
            if needed not in scopes:
                answer = program.ask(method, path, body)
                assert answer.status_code == 403, (method, path, scopes)
                assert needed.value in answer.json()["detail"]
                assert f'scope="{needed.value}"' in answer.headers["www-authenticate"]
                refused += 1
    assert refused == 15 * len(ROUTES)
    alone = {scope: Program(site, engine, filled.subscriber_id, {scope}) for scope in ALL}
    for method, path, body, needed in ROUTES:
        answer = alone[needed].ask(method, path, body)
        assert answer.status_code in {200, 201, 204}, answer.text


def _with(site: Visitor, engine: Engine, filled: Filled, scopes: Collection[str]) -> Program:
    with open_session(engine) as session:  # a reader has 20 at most
        end_api_tokens(session, filled.subscriber_id, now=machine_now())
        session.commit()
    return Program(site, engine, filled.subscriber_id, scopes)


def test_nothing_opens_without_a_good_token_or_by_a_cookie(site: Visitor, program: Program) -> None:
    for method, path, body, _ in ROUTES:
        for header in (
            {},
            {"Cookie": f"tidings={program.secret}"},
            {"Authorization": "Bearer tid_nonsense"},
            {"Authorization": f"Basic {program.secret}"},
        ):
            sent = {} if body is None else {"json": body}
            answer = site.send(method, f"/api/v1{path}", headers=header, **sent)
            assert answer.status_code == 401, (method, path, header)
            assert answer.headers["www-authenticate"].startswith("Bearer")
            assert answer.headers["content-type"] == "application/problem+json"


def test_a_token_ends_when_it_expires_is_ended_or_its_reader_ends(
    engine: Engine, settings: Settings, filled: Filled, program: Program
) -> None:
    def change(**values: Any) -> int:
        with open_session(engine) as session:
            row = session.get_one(ApiToken, program.token_id)
            row.sqlmodel_update({"expires_at": None, "ended_at": None} | values)
            session.commit()
        return program.ask("GET", "/me").status_code

    now = machine_now()
    assert change() == 200
    assert change(expires_at=now + timedelta(hours=1)) == 200
    assert change(expires_at=now - timedelta(seconds=1)) == 401
    assert change(ended_at=now) == 401
    assert change() == 200
    with open_session(engine) as session:
        everything, reason = Scope(filled.subscriber_id), EndedReason.UNSUBSCRIBED
        unsubscribe(session, everything, reason=reason, settings=settings, now=now)
    assert program.ask("GET", "/me").status_code == 401
    with open_session(engine) as session:
        assert session.get_one(ApiToken, program.token_id).ended_at is not None


def test_only_the_hash_of_a_token_is_kept(engine: Engine, program: Program) -> None:
    with open_session(engine) as session:
        row = session.get_one(ApiToken, program.token_id).model_dump_json()
    assert program.secret.startswith("tid_")
    assert program.secret not in row
    assert program.secret.removeprefix("tid_") not in row


def test_use_is_noted_when_something_is_written_and_at_most_hourly(
    engine: Engine, program: Program
) -> None:
    def last_used() -> Any:
        with open_session(engine) as session:
            return session.get_one(ApiToken, program.token_id).last_used_at

    program.ask("GET", "/me/follows")
    assert last_used() is None
    program.ask("PATCH", f"/me/follows/{KEY}", {"note": "one"})
    first = last_used()
    assert first is not None
    program.ask("PATCH", f"/me/follows/{KEY}", {"note": "two"})
    assert last_used() == first
    with open_session(engine) as session:
        session.get_one(ApiToken, program.token_id).last_used_at = first - timedelta(hours=2)
        session.commit()
    program.ask("PATCH", f"/me/follows/{KEY}", {"note": "three"})
    assert last_used() > first


def test_a_study_is_followed_changed_and_left(program: Program, engine: Engine) -> None:
    for _ in range(2):
        made = program.ask("PUT", f"/me/follows/{OTHER}", {"cadence": "daily"})
        assert (made.status_code, made.json()["cadence"]) == (200, "daily")
    assert len(program.ask("GET", "/me/follows").json()["follows"]) == 2
    assert program.ask("DELETE", f"/me/follows/{OTHER}").status_code == 204
    assert program.ask("GET", f"/me/follows/{OTHER}").status_code == 404
    wishes = {
        "cadence": "weekly",
        "cadence_by_kind": {"end_cut": "immediate"},
        "threshold": {"dollars": 50_000},
        "muted_until": "2027-01-31T12:00:00-05:00",
        "note": "ask Dr. Lane",
    }
    said = program.ask("PATCH", f"/me/follows/{KEY}", wishes).json()
    assert said["muted_until"] == "2027-01-31T17:00:00Z"
    assert {name: said[name] for name in wishes if name != "muted_until"} == {
        name: wish for name, wish in wishes.items() if name != "muted_until"
    }
    same = program.ask("PATCH", f"/me/follows/{KEY}", {}).json()
    assert same == said
    ended = program.ask("PATCH", f"/me/follows/{KEY}", {"muted_until": None}).json()
    assert ended["muted_until"] <= machine_now().isoformat()
    with open_session(engine) as session:
        assert the_follow(session).note == "ask Dr. Lane"


def test_a_search_is_saved_changed_and_stopped(program: Program, engine: Engine) -> None:
    asked = {"name": "Trop2", "text": "title:trop2", "cadence": "monthly"}
    made = program.ask("POST", "/me/searches", asked)
    assert made.status_code == 201
    number = made.json()["id"]
    assert {name: made.json()[name] for name in asked} == asked
    changed = program.ask("PATCH", f"/me/searches/{number}", {"name": "Other"}).json()
    assert (changed["name"], changed["cadence"]) == ("Other", "monthly")
    assert program.ask("DELETE", f"/me/searches/{number}").status_code == 204
    for method in ("GET", "PATCH", "DELETE"):
        sent = {"cadence": "daily"} if method == "PATCH" else None
        assert program.ask(method, f"/me/searches/{number}", sent).status_code == 404
    with open_session(engine) as session:
        assert session.get_one(SavedSearch, number).ended_at is not None


def test_a_search_that_does_not_parse_is_pointed_at_in_the_body(program: Program) -> None:
    answer = program.ask("POST", "/me/searches", {"name": "n", "text": "title:("})
    where = answer.json()["errors"][0]
    assert (answer.status_code, where["place"], where["name"], where["column"]) == (
        *(422, "body", "text"),
        8,
    )


NONSENSE: tuple[tuple[dict[str, Any], str], ...] = (
    ({"cadence": "hourly"}, "cadence"),
    ({"cadense": "daily"}, "cadense"),
    ({"threshold": {"dollars": "5"}}, "threshold.dollars"),
    ({"threshold": {"euros": 5}}, "threshold.euros"),
    ({"muted_until": "soon"}, "muted_until"),
    ({"muted_until": "9999-12-31T23:59:59-12:00"}, "muted_until"),
    ({"muted_until": 5}, "muted_until"),
    ({"note": "n" * 501}, "note"),
    ({"note": "\x00"}, "note"),
    ({"cadence_by_kind": {"doom": "daily"}}, "cadence_by_kind.doom.[key]"),
)


def test_a_body_that_makes_no_sense_is_refused_and_changes_nothing(
    program: Program, engine: Engine
) -> None:
    with open_session(engine) as session:
        before = the_follow(session).model_dump()
    for body, name in NONSENSE:
        answer = program.ask("PATCH", f"/me/follows/{KEY}", body)
        assert answer.status_code == 422, body
        assert [one["name"] for one in answer.json()["errors"]] == [name]
    with open_session(engine) as session:
        assert the_follow(session).model_dump() == before


def test_bodies_are_json_and_not_large(site: Visitor, program: Program) -> None:
    path = f"/api/v1/me/follows/{KEY}"
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        headers = program.headers | {"Content-Type": kind}
        answer = site.send("PUT", path, headers=headers, content=b'{"cadence":"daily"}')
        assert (answer.status_code, answer.json()["status"]) == (415, 415)
    headers = program.headers | {"Content-Type": "application/json"}
    broken = site.send("PUT", path, headers=headers, content=b"{")
    assert (broken.status_code, broken.json()["errors"][0]["words"]) == (422, "This is no JSON.")
    large = site.send("PUT", path, headers=headers, content=b'"' + b"x" * 100_001 + b'"')
    assert large.status_code == 413
    chunks = site.send("PUT", path, headers=headers, content=_chunks())
    assert (chunks.status_code, chunks.json()["status"]) == (413, 413)


async def _chunks() -> AsyncGenerator[bytes]:
    """Give a large body that does not say beforehand how large it is."""
    for _ in range(1000):
        yield b" " * 1000


def test_another_site_cannot_write_but_a_program_anywhere_can(program: Program) -> None:
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"}
    answer = program.ask("PUT", f"/me/follows/{KEY}", {}, headers=foreign)
    assert answer.status_code == 200  # it has the token: there is no cookie to misuse
    assert "access-control-allow-origin" not in answer.headers


def test_notices_come_newest_first_with_every_reason(program: Program) -> None:
    said = program.ask("GET", "/me/notices?limit=1").json()
    notice = said["notices"][0]
    assert (notice["study"], notice["state"], said["before"]) == (KEY, "told", None)
    assert notice["reasons"][0]["type"] == "follow"
    assert notice["reasons"][0]["changes"][0]["kind"] == "end_cut"
    assert program.ask("GET", f"/me/notices?before={notice['id']}").json()["notices"] == []


def test_a_feed_is_opened_read_and_closed(site: Visitor, program: Program, saved: int) -> None:
    for path, forms in (("calendar", 1), (f"searches/{saved}", 2)):
        opened = program.ask("POST", f"/me/feeds/{path}")
        addresses = [one["url"] for one in opened.json()["addresses"]]
        assert (opened.status_code, len(addresses)) == (201, forms)
        assert all(site.get(address).status_code == 200 for address in addresses)
        assert program.ask("DELETE", f"/me/feeds/{path}").status_code == 204
        assert all(site.get(address).status_code == 404 for address in addresses)


def test_a_token_is_counted_wherever_it_is_used_from(
    engine: Engine, settings: Settings, filled: Filled
) -> None:
    few = settings.model_copy(update={"limits": 2 / OWN.each})
    site = Visitor(create_app(few, engine))
    busy = Program(site, engine, filled.subscriber_id)
    assert [busy.ask("GET", "/me").status_code for _ in range(3)] == [200, 200, 429]
    other = Program(site, engine, filled.subscriber_id)
    assert other.ask("GET", "/me").status_code == 200
