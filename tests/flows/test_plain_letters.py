"""What letters about a subscription itself say, written from rows."""

from collections.abc import Callable
from typing import Any

import pytest
from conftest import NOW
from sources import ListedSource, record
from sqlalchemy import Engine
from weeks import World

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.delivery.endpoints import OffReason
from tidings.delivery.models import DeliveryKind, Endpoint, EndpointKind
from tidings.delivery.queries import add_delivery
from tidings.errors import RejectedError
from tidings.notices.letters import HeartbeatLetter
from tidings.notices.plain_letters import (
    BrakePulledLetter,
    EndpointDisabledLetter,
    Letter,
    WelcomeLetter,
)
from tidings.subscribers.models import Cadence
from tidings.upkeep.models import Brake


@pytest.fixture
def world(sqlite_engine: Engine, settings: Settings) -> World:
    made = World(sqlite_engine, settings, ListedSource([record(1), record(2)]))
    made.sweep()
    return made


Add = Callable[..., int]


@pytest.fixture
def add(world: World) -> Add:
    def put(kind: DeliveryKind, reader: int, **columns: Any) -> int:
        with open_session(world.engine) as session:
            row = add_delivery(
                session,
                key=f"{kind}:{reader}",
                subscriber_id=reader,
                kind=kind,
                due_at=world.now,
                now=world.now,
                message_id="<0123456789abcdef0123456789abcdef@tidings.example>",
            )
            assert row is not None
            row.sqlmodel_update(columns)
            session.commit()
            return stored_id(row.id)

    return put


def test_a_welcome_is_the_baseline(world: World, add: Add) -> None:
    reader = world.reader("reader")
    world.follow(reader, "CA000001")
    world.save(reader, "cells", Cadence.MONTHLY)
    world.save(reader, "change:end_cut", Cadence.IMMEDIATE)
    letter = world.letter(add(DeliveryKind.WELCOME, reader))
    assert isinstance(letter, WelcomeLetter)
    (followed,) = letter.follows
    assert (followed.study.key, followed.cadence) == ("CA000001", "weekly")
    cells, changes = letter.searches
    assert (cells.matches, len(cells.newest), cells.cadence) == (2, 2, "monthly")
    assert (changes.matches, changes.newest) == (None, ())
    assert letter.read_on == NOW.date()


def test_a_welcome_to_nothing_is_not_sent(world: World, add: Add) -> None:
    delivery = add(DeliveryKind.WELCOME, world.reader("reader"))
    with pytest.raises(RejectedError):
        world.letter(delivery)


def test_a_heartbeat_counts_what_is_watched_and_shows_the_last_reading(world: World) -> None:
    reader = world.reader("reader", heartbeat=True)
    world.follow(reader, "CA000001", "CA000002")
    world.week += 1
    kinds: list[Letter] = []
    for _ in range(5):
        world.sweep()
        kinds += [world.letter(one) for one in world.digests()]
    (letter,) = kinds[:1]
    assert isinstance(letter, HeartbeatLetter)
    assert (letter.follows, letter.searches) == (2, 0)
    assert letter.receipt is not None
    assert letter.receipt.unexamined == 0


def test_an_endpoint_that_is_on_again_is_not_written_about(world: World, add: Add) -> None:
    reader = world.reader("reader")
    with open_session(world.engine) as session:
        row = Endpoint(
            subscriber_id=reader,
            kind=EndpointKind.WEBHOOK,
            label="Office",
            address=b"",
            disabled_at=world.now,
            disabled_reason=OffReason.GONE,
            created_at=world.now,
        )
        session.add(row)
        session.commit()
        endpoint = stored_id(row.id)
    delivery = add(DeliveryKind.ENDPOINT_DISABLED, reader, endpoint_id=endpoint)
    letter = world.letter(delivery)
    assert isinstance(letter, EndpointDisabledLetter)
    assert letter.label == "Office"
    assert letter.reason
    with open_session(world.engine) as session:
        session.get_one(Endpoint, endpoint).disabled_at = None
        session.commit()
    with pytest.raises(RejectedError):
        world.letter(delivery)


def test_the_operator_reads_who_pulled_the_brake_and_why_while_it_is_pulled(
    world: World, add: Add
) -> None:
    delivery = add(DeliveryKind.BRAKE_PULLED, world.reader("operator"))
    with pytest.raises(RejectedError):
        world.letter(delivery)
    with open_session(world.engine) as session:
        session.add(Brake(name="mail", reason="too much", pulled_by="Ada", pulled_at=world.now))
        session.commit()
    letter = world.letter(delivery)
    assert isinstance(letter, BrakePulledLetter)
    assert (letter.pulled_by, letter.reason) == ("Ada", "too much")


@pytest.mark.parametrize("kind", [DeliveryKind.CONFIRM, DeliveryKind.SIGN_IN])
def test_a_mail_without_the_secret_that_it_brings_is_not_sent(
    kind: DeliveryKind, world: World, add: Add
) -> None:
    delivery = add(kind, world.reader("reader"))
    with pytest.raises(RejectedError):
        world.letter(delivery)
