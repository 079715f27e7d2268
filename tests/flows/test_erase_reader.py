"""A reader is deleted with all that is theirs: nothing that is left can lead back to them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor as Erasing
from datetime import timedelta
from time import sleep
from typing import Any

import pytest
from belongings import NEW_ADDRESS, fill_for_one
from conftest import NOW
from site_of_tests import KEY, LATER, READER
from sqlalchemy import Connection, Engine, Table
from sqlalchemy import select as select_any
from sqlmodel import Session, col, select, update

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.db.word_index import is_word_index
from tidings.delivery.models import Delivery, DeliveryState, Suppression
from tidings.errors import RejectedError
from tidings.flows.enroll import enroll
from tidings.flows.erase_reader import erase_reader
from tidings.projects.queries import project_by_key
from tidings.subscribers.addresses import AddressBook
from tidings.subscribers.models import Editor, Follow, Subscriber
from tidings.subscribers.queries import live_follows
from tidings.tables import metadata
from tidings.upkeep.audit_log import verify_audit_log
from tidings.upkeep.models import AuditEntry


def erase(session: Session, reader: int) -> bool:
    return erase_reader(session, reader, actor="the reader", now=LATER)


def rows(connection: Connection, table: Table) -> Iterator[dict[str, Any]]:
    for row in connection.execute(select_any(table)).mappings():
        yield dict(row)


def traces(session: Session, settings: Settings, reader: int, sealed: set[bytes]) -> list[str]:
    """Return every place where a reader's number, address or the name of it stands."""
    book = AddressBook(settings.secret)
    texts = [READER, NEW_ADDRESS, book.hash(READER), book.hash(NEW_ADDRESS)]
    found: list[str] = []
    for table in metadata.sorted_tables:
        if is_word_index(table.name):
            continue
        pointing = [
            column.name
            for column in table.columns
            if any(key.column.table.name == "subscriber" for key in column.foreign_keys)
        ]
        for row in rows(session.connection(), table):
            found += [f"{table.name}.{name}" for name in pointing if row[name] == reader]
            for name, value in row.items():
                held = bytes(value) if isinstance(value, bytes) else str(value).encode()
                if held in sealed or any(text.encode() in held for text in texts):
                    found.append(f"{table.name}.{name}")
        if table.name == "subscriber":
            ids = [row["id"] for row in rows(session.connection(), table)]
            found += ["subscriber.id"] if reader in ids else []
    return found


def sealed_of(session: Session, reader: int) -> set[bytes]:
    """Return the sealed addresses of a reader, as they stand in rows."""
    whole = {session.get_one(Subscriber, reader).address}
    mails = select(Delivery.address).where(Delivery.subscriber_id == reader)
    return whole | {one for one in session.exec(mails) if one}


def test_no_row_of_the_reader_is_left_in_any_table(engine: Engine, settings: Settings) -> None:
    reader, other = fill_for_one(engine, settings)
    with open_session(engine) as session:
        sealed = sealed_of(session, reader)
        before = traces(session, settings, reader, sealed)
        assert len(set(before)) > 12
        assert erase(session, reader)
        assert traces(session, settings, reader, sealed) == []
        assert session.get(Subscriber, other) is not None
        assert not erase(session, reader)


def test_facts_stay_and_so_does_what_their_list_gave_to_others(
    engine: Engine, settings: Settings
) -> None:
    reader, other = fill_for_one(engine, settings)
    with open_session(engine) as session:
        erase(session, reader)
        assert project_by_key(session, KEY) is not None
        assert len(live_follows(session, other)) == 1
        (editor,) = session.exec(select(Editor)).all()
    assert (editor.role, editor.subscriber_id, editor.ended_at) == ("nurse", None, LATER)


def test_the_log_says_that_it_was_done_sealed_and_without_a_name(
    engine: Engine, settings: Settings
) -> None:
    reader, _ = fill_for_one(engine, settings)
    with open_session(engine) as session:
        erase(session, reader)
        (entry,) = session.exec(select(AuditEntry)).all()
        assert (entry.actor, entry.action) == ("the reader", "reader.erased")
        assert verify_audit_log(session) is None


def test_an_address_that_gets_nothing_for_good_goes_on_getting_nothing(
    engine: Engine, settings: Settings
) -> None:
    reader, _ = fill_for_one(engine, settings)
    name = AddressBook(settings.secret).hash(READER)
    with open_session(engine) as session:
        session.add(Suppression(address_hash=name, reason="complaint", since=NOW))
        session.commit()
        erase(session, reader)
        assert session.get(Suppression, name) is not None


def test_a_rest_of_an_address_is_forgotten(sqlite_engine: Engine, settings: Settings) -> None:
    reader, _ = fill_for_one(sqlite_engine, settings)
    name = AddressBook(settings.secret).hash(READER)
    with open_session(sqlite_engine) as session:
        until = LATER + timedelta(days=3)
        session.add(Suppression(address_hash=name, reason="soft", since=NOW, until=until))
        session.commit()
        erase(session, reader)
        assert session.get(Suppression, name) is None


def test_while_a_mail_is_on_its_way_nothing_is_deleted_and_the_reader_is_told(
    engine: Engine, settings: Settings
) -> None:
    reader, _ = fill_for_one(engine, settings)
    with open_session(engine) as session:
        theirs = col(Delivery.subscriber_id) == reader
        session.exec(update(Delivery).where(theirs).values(state=DeliveryState.SENDING))
        session.commit()
        with pytest.raises(RejectedError, match="on its way"):
            erase(session, reader)
        assert session.get(Subscriber, reader) is not None
        session.exec(update(Delivery).where(theirs).values(state=DeliveryState.SENT))
        session.commit()
        assert erase(session, reader)


def test_two_who_wait_for_each_other_end_in_words_and_not_in_a_crash(
    postgresql_engine: Engine, settings: Settings, engine: Engine
) -> None:
    reader, _ = fill_for_one(engine, settings)
    if engine is not postgresql_engine:
        return  # SQLite has one writer at a time
    with open_session(engine) as worker, open_session(engine) as session, Erasing(1) as pool:
        worker.connection().exec_driver_sql("SET LOCAL deadlock_timeout = '20s'")
        theirs = select(Follow).where(Follow.subscriber_id == reader)
        worker.exec(theirs.with_for_update()).all()
        session.connection().exec_driver_sql("SET LOCAL deadlock_timeout = '2s'")
        erasing = pool.submit(erase, session, reader)
        sleep(0.3)  # by now it has the reader and waits for the follow
        wanted = select(Subscriber).where(col(Subscriber.id) == reader)
        worker.exec(wanted.with_for_update(read=True, key_share=True)).all()
        with pytest.raises(RejectedError, match="nothing was deleted"):
            erasing.result(20)
        worker.rollback()
        assert erase(session, reader)


def test_a_number_is_not_given_to_another_reader(engine: Engine, settings: Settings) -> None:
    fill_for_one(engine, settings)
    with open_session(engine) as session:
        last = enroll(session, "last@clinic.org", time_zone="UTC", settings=settings, now=NOW)
        erase(session, last)
        new = enroll(session, "new@clinic.org", time_zone="UTC", settings=settings, now=NOW)
    assert new > last
