"""Calls for tests: made as the product makes them, to a real server."""

from datetime import datetime

from builders import make_follow, make_notice, make_project, make_reader
from conftest import NOW
from endpoint_of_tests import EndpointServer
from sqlalchemy import Engine
from sqlmodel import Session

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.delivery.endpoints import (
    switch_on,
)
from tidings.delivery.guarding import GuardedClient
from tidings.delivery.models import (
    Delivery,
    Endpoint,
    EndpointKind,
)
from tidings.delivery.queries import CALLS, due_delivery_ids
from tidings.delivery.senders.calls import make_call_senders, rules_of
from tidings.flows.add_endpoint import AddedEndpoint, EndpointWish, add_endpoint
from tidings.flows.compose_calls import compose_calls
from tidings.flows.deliver_calls import CallsOutcome, deliver_calls
from tidings.flows.try_endpoint import Answered, CallSite, try_endpoint
from tidings.notices.models import Notice
from tidings.rendering.speech import ENGLISH

PATIENCE, SHORT = 5.0, 0.4
"""Seconds that a call may take in tests, and where an endpoint is meant to hang."""


def webhook(
    session: Session, settings: Settings, url: str, *, reader: int, on: bool = True
) -> AddedEndpoint:
    """Add a webhook of a reader, by default as if it had answered its test."""
    wish = EndpointWish(EndpointKind.WEBHOOK, url, "Our server")
    return endpoint(session, settings, wish, reader=reader, on=on)


def endpoint(
    session: Session, settings: Settings, wish: EndpointWish, *, reader: int, on: bool = True
) -> AddedEndpoint:
    """Add an endpoint of a reader, by default as if it had answered its test."""
    added = add_endpoint(session, wish, subscriber_id=reader, settings=settings, now=NOW)
    if on:
        switch_on(session.get_one(Endpoint, added.id))
        session.commit()
    return added


def waiting_notice(session: Session, name: str = "reader", **values: object) -> Notice:
    reader = make_reader(session, name)
    follow = make_follow(session, reader, make_project(session, f"CA{name.upper()}"))
    return make_notice(session, follow, calls_waiting=True, **values)


def call(
    engine: Engine,
    settings: Settings,
    *,
    now: datetime = NOW,
    ids: list[int] | None = None,
    seconds: float = PATIENCE,
) -> CallsOutcome:
    """Let a worker make the calls that are due."""
    if ids is None:
        with open_session(engine) as session:
            ids = due_delivery_ids(session, now=now, limit=100, channels=CALLS)
    senders = make_call_senders(settings, GuardedClient(rules_of(settings), seconds=seconds))
    return deliver_calls(engine, senders, ids, settings=settings, owner="test", now=now)


def one_call(
    engine: Engine, settings: Settings, server: EndpointServer, name: str = "reader"
) -> tuple[int, AddedEndpoint]:
    """Put one call into the outbox, to a webhook of a reader of its own."""
    with open_session(engine) as session:
        notice = waiting_notice(session, name)
        added = webhook(session, settings, server.url, reader=notice.subscriber_id)
        [delivery_id] = compose_calls(session, settings=settings, now=NOW)
    return delivery_id, added


def row(engine: Engine, delivery_id: int) -> Delivery:
    with open_session(engine) as session:
        return session.get_one(Delivery, delivery_id)


def endpoint_row(engine: Engine, endpoint_id: int) -> Endpoint:
    with open_session(engine) as session:
        return session.get_one(Endpoint, endpoint_id)


def ask(engine: Engine, settings: Settings, endpoint_id: int, reader: int) -> Answered:
    senders = make_call_senders(settings, GuardedClient(rules_of(settings), seconds=PATIENCE))
    site = CallSite(engine, settings, senders)
    return try_endpoint(site, endpoint_id, subscriber_id=reader, speech=ENGLISH, now=NOW)
