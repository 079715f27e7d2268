"""Endpoints: tested before they are used, switched off when they fail, a reader's own alone."""

from collections.abc import Generator
from datetime import timedelta

import pytest
from builders import make_follow, make_notice, make_project, make_reader
from calling import ask, call, endpoint_row, one_call, row, waiting_notice, webhook
from conftest import NOW
from endpoint_of_tests import EndpointServer, Reply, running_endpoint
from outbox import trail
from sqlalchemy import Engine
from sqlmodel import Session, select, update
from standardwebhooks import Webhook

from tidings.clock import machine_now
from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.delivery.endpoint_queries import endpoints_of
from tidings.delivery.endpoints import (
    MOST_ENDPOINTS,
    MOST_FAILURES,
    OLD_SECRET_SIGNS,
    EndpointVault,
)
from tidings.delivery.models import (
    Channel,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Endpoint,
)
from tidings.errors import RejectedError
from tidings.flows.compose_calls import compose_calls
from tidings.flows.end_endpoint import end_endpoint
from tidings.flows.replay_calls import replay_calls
from tidings.flows.rotate_secret import rotate_secret
from tidings.flows.try_endpoint import Answered
from tidings.flows.unsubscribe import unsubscribe
from tidings.subscribers.models import EndedReason, SubscriberState
from tidings.subscribers.tokens import Scope


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"allow_local_endpoints": True})


@pytest.fixture
def server() -> Generator[EndpointServer]:
    with running_endpoint() as running:
        yield running


def test_an_endpoint_that_says_it_is_gone_is_switched_off_at_once_and_its_reader_is_told(
    engine: Engine, settings: Settings, server: EndpointServer
) -> None:
    server.reply = Reply(410)
    first, added = one_call(engine, settings, server)
    with open_session(engine) as session:
        reader = session.get_one(Endpoint, added.id).subscriber_id
        follow = make_follow(
            session,
            session.get_one(type(make_reader(session, "x")), reader),
            make_project(session, "CA2"),
        )
        make_notice(session, follow, calls_waiting=True)
        [second] = compose_calls(session, settings=settings, now=NOW)
    outcome = call(engine, settings)
    assert len(server.calls) == 1
    assert [row(engine, one).state for one in (first, second)] == [
        DeliveryState.FAILED,
        DeliveryState.SUPPRESSED,
    ]
    off = endpoint_row(engine, added.id)
    assert (off.disabled_reason, off.disabled_at) == ("gone", NOW)
    [mail_id] = outcome.mails
    mail = row(engine, mail_id)
    assert (mail.kind, mail.channel, mail.endpoint_id) == (
        DeliveryKind.ENDPOINT_DISABLED,
        Channel.MAIL,
        added.id,
    )


@pytest.mark.parametrize(
    ("failures", "since", "is_off"),
    [
        (MOST_FAILURES - 2, timedelta(days=4), False),
        (MOST_FAILURES - 1, timedelta(days=1), True),
        (3, timedelta(days=5), True),
    ],
)
def test_an_endpoint_that_fails_for_too_long_is_switched_off(
    engine: Engine,
    settings: Settings,
    server: EndpointServer,
    failures: int,
    since: timedelta,
    *,
    is_off: bool,
) -> None:
    server.reply = Reply(500)
    _, added = one_call(engine, settings, server)
    with open_session(engine) as session:
        endpoint = session.get_one(Endpoint, added.id)
        endpoint.failures, endpoint.failing_since = failures, NOW - since
        session.commit()
    assert bool(call(engine, settings).mails) is is_off
    assert (endpoint_row(engine, added.id).disabled_reason == "failing") is is_off


def test_one_success_forgets_all_failures(
    engine: Engine, settings: Settings, server: EndpointServer
) -> None:
    _, added = one_call(engine, settings, server)
    with open_session(engine) as session:
        endpoint = session.get_one(Endpoint, added.id)
        endpoint.failures, endpoint.failing_since = 49, NOW - timedelta(days=9)
        session.commit()
    call(engine, settings)
    again = endpoint_row(engine, added.id)
    assert (again.failures, again.failing_since, again.disabled_at) == (0, None, None)


def test_a_new_endpoint_is_called_only_after_it_answered_a_test(
    engine: Engine, settings: Settings, server: EndpointServer
) -> None:
    with open_session(engine) as session:
        reader = stored_id(make_reader(session).id)
        added = webhook(session, settings, server.url, reader=reader, on=False)
    server.replies = [Reply(404, body=b"no such hook")]
    assert ask(engine, settings, added.id, reader) == Answered(
        is_well=False, answer="answered 404: no such hook"
    )
    assert endpoint_row(engine, added.id).disabled_reason == "untested"
    with pytest.raises(RejectedError, match="wait a few seconds"):
        ask(engine, settings, added.id, reader)
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM lease")
    assert ask(engine, settings, added.id, reader) == Answered(is_well=True, answer="answered 200")
    assert endpoint_row(engine, added.id).disabled_at is None
    got = server.calls[-1]
    assert Webhook(added.secret).verify(got.body, dict(got.headers))["type"] == "endpoint.test"


def test_a_new_secret_signs_at_once_and_the_old_one_for_a_day_more(
    engine: Engine, settings: Settings, server: EndpointServer
) -> None:
    _, added = one_call(engine, settings, server)
    with open_session(engine) as session:
        reader = session.get_one(Endpoint, added.id).subscriber_id
        new = rotate_secret(session, added.id, subscriber_id=reader, settings=settings, now=NOW)
        vault = EndpointVault(settings.secret)
        secrets = vault.secrets(session.get_one(Endpoint, added.id))
    assert secrets.signing(now=NOW + OLD_SECRET_SIGNS) == (new,)
    call(engine, settings)
    [got] = server.calls
    for secret in (new, added.secret):
        Webhook(secret).verify(got.body, dict(got.headers))
    assert abs(int(got.headers["webhook-timestamp"]) - machine_now().timestamp()) < 60


def test_what_an_endpoint_missed_is_replayed_under_the_same_id(
    engine: Engine, settings: Settings, server: EndpointServer
) -> None:
    delivery_id, added = one_call(engine, settings, server)
    with open_session(engine) as session:
        reader = session.get_one(Endpoint, added.id).subscriber_id
        session.exec(update(Delivery).values(state=DeliveryState.FAILED, attempts=10))
        session.commit()
        later = replay_calls(
            session, added.id, subscriber_id=reader, now=NOW, since=NOW + timedelta(seconds=1)
        )
        assert later == []
        ids = replay_calls(session, added.id, subscriber_id=reader, since=NOW, now=NOW)
        assert ids == [delivery_id]
        assert replay_calls(session, added.id, subscriber_id=reader, since=NOW, now=NOW) == []
    call(engine, settings)
    assert trail(engine, delivery_id) == ["replayed", "accepted"]
    assert server.calls[0].headers["webhook-id"] == row(engine, delivery_id).key


def test_nobody_touches_another_readers_endpoint(
    engine: Engine, settings: Settings, server: EndpointServer
) -> None:
    delivery_id, added = one_call(engine, settings, server)
    with open_session(engine) as session:
        other = stored_id(make_reader(session, "other").id)
        with pytest.raises(RejectedError):
            rotate_secret(session, added.id, subscriber_id=other, settings=settings, now=NOW)
        with pytest.raises(RejectedError):
            replay_calls(session, added.id, subscriber_id=other, since=NOW, now=NOW)
        end_endpoint(session, added.id, subscriber_id=other, now=NOW)
        session.exec(update(Delivery).values(state=DeliveryState.PENDING))
        session.commit()
    with pytest.raises(RejectedError):
        ask(engine, settings, added.id, other)
    assert endpoint_row(engine, added.id).ended_at is None
    assert row(engine, delivery_id).state is DeliveryState.PENDING


def test_a_removed_endpoint_is_called_no_more_and_its_address_is_forgotten(
    engine: Engine, settings: Settings, server: EndpointServer
) -> None:
    delivery_id, added = one_call(engine, settings, server)
    with open_session(engine) as session:
        reader = session.get_one(Endpoint, added.id).subscriber_id
        for _ in range(2):
            end_endpoint(session, added.id, subscriber_id=reader, now=NOW)
        assert endpoints_of(session, reader) == []
    assert row(engine, delivery_id).state is DeliveryState.SUPPRESSED
    gone = endpoint_row(engine, added.id)
    assert (gone.address, gone.secret) == (b"", b"")
    assert call(engine, settings, ids=[delivery_id]).states == {}


def test_addresses_and_secrets_are_sealed_at_rest(session: Session, settings: Settings) -> None:
    reader = stored_id(make_reader(session).id)
    added = webhook(session, settings, "https://hooks.example.org/in", reader=reader)
    stored = session.get_one(Endpoint, added.id)
    assert added.secret.startswith("whsec_")
    assert b"example" not in stored.address
    assert added.secret.encode() not in stored.secret
    assert EndpointVault(settings.secret).address(stored) == "https://hooks.example.org/in"


def test_the_same_address_twice_too_many_and_readers_without_consent_are_refused(
    session: Session, settings: Settings
) -> None:
    reader = stored_id(make_reader(session).id)
    webhook(session, settings, "https://hooks.example.org/0", reader=reader)
    with pytest.raises(RejectedError, match="already"):
        webhook(session, settings, " https://hooks.example.org/0 ", reader=reader)
    for number in range(1, MOST_ENDPOINTS):
        webhook(session, settings, f"https://hooks.example.org/{number}", reader=reader)
    with pytest.raises(RejectedError, match="10 already"):
        webhook(session, settings, "https://hooks.example.org/more", reader=reader)
    pending = stored_id(make_reader(session, "p", state=SubscriberState.PENDING).id)
    with pytest.raises(RejectedError, match="confirmed"):
        webhook(session, settings, "https://hooks.example.org/0", reader=pending)


def test_a_reader_who_stops_all_has_no_endpoints_any_more_and_none_when_they_come_back(
    session: Session, settings: Settings
) -> None:
    notice = waiting_notice(session)
    webhook(session, settings, "https://hooks.example.org/", reader=notice.subscriber_id)
    compose_calls(session, settings=settings, now=NOW)
    scope = Scope(notice.subscriber_id)
    unsubscribe(session, scope, reason=EndedReason.UNSUBSCRIBED, settings=settings, now=NOW)
    session.expire_all()
    [ended] = session.exec(select(Endpoint)).all()
    assert (ended.ended_at, ended.address, ended.secret) == (NOW, b"", b"")
    states = session.exec(select(Delivery.state).where(Delivery.endpoint_id == ended.id)).all()
    assert list(states) == [DeliveryState.SUPPRESSED]
