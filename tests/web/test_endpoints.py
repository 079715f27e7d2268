"""The pages of webhooks and chats: behind a sign-in, by form, and each reader's own alone."""

import re
from collections.abc import Generator

import pytest
from builders import make_reader
from conftest import NOW
from endpoint_of_tests import EndpointServer, Reply, running_endpoint
from jsonschema import validate
from members import Member
from site_of_tests import Filled, Visitor, fill
from sqlalchemy import Engine
from sqlmodel import select, update
from standardwebhooks import Webhook

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.delivery.models import Delivery, DeliveryState, Endpoint
from tidings.delivery.senders.calls import make_call_senders
from tidings.flows.compose_calls import compose_calls
from tidings.flows.deliver_calls import deliver_calls
from tidings.notices.models import Notice
from tidings.web.app import create_app

LIST = "/manage/endpoints"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"allow_local_endpoints": True})


@pytest.fixture
def server() -> Generator[EndpointServer]:
    with running_endpoint() as running:
        yield running


@pytest.fixture
def filled(sqlite_engine: Engine, settings: Settings) -> Filled:
    return fill(sqlite_engine, settings)


@pytest.fixture
def member(sqlite_engine: Engine, settings: Settings, filled: Filled) -> Member:
    site = Visitor(create_app(settings, sqlite_engine))
    return Member(site, sqlite_engine, settings, filled.subscriber_id)


def add(member: Member, url: str, kind: str = "webhook") -> str:
    """Add an address; return its secret."""
    page = member.post(LIST, kind=kind, address=url, label="Our server")
    assert page.status_code == 200
    found = re.search(r"whsec_[A-Za-z0-9+/=]+", page.text)
    return found[0] if found else ""


def test_a_webhook_is_added_tested_and_called_all_by_form(
    sqlite_engine: Engine,
    settings: Settings,
    member: Member,
    server: EndpointServer,
) -> None:
    secret = add(member, server.url)
    assert secret not in member.get(LIST).text
    assert "has not answered a test yet" in member.get(LIST).text
    assert "It answers" in member.post(f"{LIST}/1/test").text
    assert Webhook(secret).verify(server.calls[0].body, dict(server.calls[0].headers))
    with open_session(sqlite_engine) as session:
        session.exec(update(Notice).values(calls_waiting=True))
        session.commit()
        ids = compose_calls(session, settings=settings, now=NOW)
    senders = make_call_senders(settings)
    deliver_calls(sqlite_engine, senders, ids, settings=settings, owner="test", now=NOW)
    assert "1 message arrived" in member.get(LIST).text
    schema = member.get("/webhooks/schema.json").json()
    validate(Webhook(secret).verify(server.calls[1].body, dict(server.calls[1].headers)), schema)


def test_a_test_that_fails_says_what_was_answered_and_a_second_one_waits(
    member: Member, server: EndpointServer
) -> None:
    server.reply = Reply(404, body=b"<b>no such hook</b>")
    add(member, server.url)
    page = member.post(f"{LIST}/1/test").text
    assert "The test failed: answered 404: &lt;b&gt;no such hook" in page
    assert "wait a few seconds" in member.post(f"{LIST}/1/test").text
    assert len(server.calls) == 1


def test_a_new_secret_is_shown_once(member: Member, server: EndpointServer) -> None:
    old = add(member, server.url)
    page = member.post(f"{LIST}/1/secret").text
    assert "whsec_" in page
    assert old not in page
    assert "whsec_" not in member.get(LIST).text


def test_what_was_missed_is_sent_again_by_a_button(
    sqlite_engine: Engine,
    settings: Settings,
    member: Member,
    server: EndpointServer,
) -> None:
    add(member, server.url)
    member.post(f"{LIST}/1/test")
    with open_session(sqlite_engine) as session:
        session.exec(update(Notice).values(calls_waiting=True))
        session.commit()
        compose_calls(session, settings=settings, now=settings.clock.now())
        session.exec(
            update(Delivery)
            .where(Delivery.endpoint_id == 1)  # pyright: ignore[reportArgumentType] - a column
            .values(state=DeliveryState.FAILED)
        )
        session.commit()
    assert "Send again what it missed" in member.get(LIST).text
    assert "1 message goes out again." in member.post(f"{LIST}/1/replay", days="7").text
    assert member.post(f"{LIST}/1/replay", days="9999").status_code == 400


def test_it_is_removed_by_a_button(sqlite_engine: Engine, member: Member) -> None:
    add(member, "https://hooks.example.org/in")
    assert member.post(f"{LIST}/1/end").headers["location"] == LIST
    assert "Our server" not in member.get(LIST).text
    with open_session(sqlite_engine) as session:
        assert session.exec(select(Endpoint)).one().ended_at is not None


@pytest.mark.parametrize(
    ("kind", "address", "words"),
    [
        ("webhook", "ftp://example.org", "must begin with https"),
        ("webhook", "http://10.0.0.1/", "must begin with https"),
        ("chat", "json://example.org", "We write to"),
        ("webhook", "", "must begin with https"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_what_was_typed_stays(
    member: Member, kind: str, address: str, words: str
) -> None:
    page = member.post(LIST, kind=kind, address=address, label="Mine")
    assert page.status_code == 400
    assert words in page.text
    assert f'value="{address}"' in page.text
    assert 'value="Mine"' in page.text


@pytest.mark.parametrize("act", ["test", "secret", "replay", "end"])
def test_another_readers_endpoint_is_not_there(
    sqlite_engine: Engine, settings: Settings, member: Member, server: EndpointServer, act: str
) -> None:
    add(member, server.url)
    with open_session(sqlite_engine) as session:
        reader = stored_id(make_reader(session, "other").id)
    site = Visitor(create_app(settings, sqlite_engine))
    other = Member(site, sqlite_engine, settings, reader)
    other.post(f"{LIST}/1/{act}")
    assert server.calls == []
    with open_session(sqlite_engine) as session:
        assert session.exec(select(Endpoint)).one().ended_at is None
    assert "Our server" not in other.get(LIST).text


def test_without_a_sign_in_or_the_token_of_the_form_nothing_is_done(
    sqlite_engine: Engine, settings: Settings, member: Member
) -> None:
    stranger = Visitor(create_app(settings, sqlite_engine))
    fields = {"kind": "webhook", "address": "https://hooks.example.org/"}
    for path in (LIST, f"{LIST}/1/test", f"{LIST}/1/end"):
        assert stranger.post(path, data=fields, follow_redirects=False).status_code == 303
    member.form_token = "guessed"
    assert member.post(LIST, **fields).status_code == 403
    with open_session(sqlite_engine) as session:
        assert session.exec(select(Endpoint)).all() == []


@pytest.mark.parametrize("prefix", ["", "/es"])
def test_the_pages_are_there_in_both_languages(member: Member, prefix: str) -> None:
    for path in ("/manage", LIST, f"{LIST}/new", "/webhooks"):
        page = member.get(f"{prefix}{path}")
        assert page.status_code == 200
        assert f'<html lang="{prefix[1:] or "en"}">' in page.text
    assert "/manage/endpoints" in member.get("/manage").text
