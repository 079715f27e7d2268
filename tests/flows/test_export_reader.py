"""A reader gets all that is held on them, and nothing that is secret or another's."""

import json

import pytest
from belongings import HOOK, NEW_ADDRESS, OTHER, fill_for_one
from conftest import NOW
from jsonschema import validate
from site_of_tests import KEY, LATER, READER
from sqlalchemy import Engine, func, select
from sqlmodel import Session

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.delivery.models import Suppression
from tidings.errors import RejectedError
from tidings.flows.export_reader import export_reader
from tidings.subscribers.addresses import AddressBook
from tidings.subscribers.exports import Export
from tidings.tables import metadata

SECTIONS = {
    "subscriber": ("settings",),
    "follow": ("follows",),
    "saved_search": ("saved_searches",),
    "digest_schedule": ("digest_schedules",),
    "digest_run": ("digests",),
    "notice": ("notices",),
    "delivery": ("messages",),
    "endpoint": ("endpoints",),
    "token": ("links", "sessions"),
    "api_token": ("api_tokens",),
    "watchlist": ("watchlists",),
    "watchlist_follow": ("watchlist_follows",),
    "editor": ("editor",),
}
"""Where the rows of each table are in the file."""


def tables_of_readers() -> set[str]:
    """Return the tables that point at a reader."""
    return {
        table.name
        for table in metadata.sorted_tables
        if any(key.column.table.name == "subscriber" for key in table.foreign_keys)
    }


def exported(session: Session, reader: int, settings: Settings) -> Export:
    return export_reader(session, reader, settings=settings, now=LATER)


def test_every_table_that_knows_readers_is_in_the_file_row_by_row(
    engine: Engine, settings: Settings
) -> None:
    reader, _ = fill_for_one(engine, settings)
    assert tables_of_readers() == set(SECTIONS) - {"subscriber"}
    with open_session(engine) as session:
        file = exported(session, reader, settings).model_dump()
        for name in tables_of_readers():
            table = metadata.tables[name]
            theirs = table.c["subscriber_id"] == reader
            held = session.connection().execute(select(func.count()).where(theirs)).scalar_one()
            assert held > 0, f"nobody put a row into {name}: this test proves nothing of it"
            assert sum(len(file[section]) for section in SECTIONS[name]) == held, name


def test_it_says_in_words_why_somebody_was_told_and_what_became_of_it(
    engine: Engine, settings: Settings
) -> None:
    reader, _ = fill_for_one(engine, settings)
    with open_session(engine) as session:
        file = exported(session, reader, settings)
    (told,) = file.notices
    assert told.study == KEY
    assert told.why[0].startswith("You follow this study: End date: was ")
    message = next(one for one in file.messages if one.number == told.message)
    assert (message.state, message.sent_at) == ("sent", LATER)
    assert [event.kind for event in message.events] == ["accepted"]
    assert (file.address, file.consent.confirmed_at) == (READER, NOW)
    assert next(one.new_address for one in file.links if one.new_address) == NEW_ADDRESS


def test_nothing_secret_and_nothing_of_others_is_in_it(engine: Engine, settings: Settings) -> None:
    reader, _ = fill_for_one(engine, settings)
    with open_session(engine) as session:
        text = exported(session, reader, settings).model_dump_json()
    assert "hooks.example/…" in text
    assert not [secret for secret in (HOOK, OTHER, "whsec_", "hash") if secret in text]


def test_it_has_the_shape_that_is_published(sqlite_engine: Engine, settings: Settings) -> None:
    reader, _ = fill_for_one(sqlite_engine, settings)
    with open_session(sqlite_engine) as session:
        file = exported(session, reader, settings).model_dump_json()
    validate(json.loads(file), Export.model_json_schema(mode="serialization"))
    assert json.loads(file)["format"] == "tidings-export/1"


def test_it_says_why_an_address_gets_nothing(sqlite_engine: Engine, settings: Settings) -> None:
    reader, _ = fill_for_one(sqlite_engine, settings)
    name = AddressBook(settings.secret).hash(READER)
    with open_session(sqlite_engine) as session:
        session.add(Suppression(address_hash=name, reason="hard", since=NOW))
        withheld = exported(session, reader, settings).withheld
    assert withheld is not None
    assert withheld.reason == "there is no such address"


def test_nobody_has_no_file(sqlite_engine: Engine, settings: Settings) -> None:
    with open_session(sqlite_engine) as session, pytest.raises(RejectedError, match="hold nothing"):
        exported(session, 7, settings)
