"""Inserting what may be there already, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from conftest import NOW
from sqlalchemy import Engine, func
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from tidings.db.session import open_session
from tidings.db.upsert import insert_ignore, insert_ignore_returning, insert_or_add
from tidings.subscribers.models import Cadence, DigestSchedule, Subscriber, SubscriberState
from tidings.upkeep.models import Tally, Tick


def ticks(count: int, *, start: int = 0) -> list[dict[str, object]]:
    return [
        {"job": "a.b", "slot": NOW + timedelta(minutes=n), "rung_at": NOW}
        for n in range(start, start + count)
    ]


def test_only_rows_that_were_not_there_are_counted(session: Session) -> None:
    assert insert_ignore(session, Tick, ticks(10)) == 10
    assert insert_ignore(session, Tick, ticks(10, start=7)) == 7
    assert insert_ignore(session, Tick, ticks(10)) == 0
    assert session.exec(select(func.count(col(Tick.id)))).one() == 17


def test_a_row_given_twice_in_one_call_is_inserted_once(session: Session) -> None:
    assert insert_ignore(session, Tick, ticks(3) + ticks(3)) == 3


def test_no_rows_are_no_work(session: Session) -> None:
    assert insert_ignore(session, Tick, []) == 0
    assert insert_ignore_returning(session, Tick, [], col(Tick.id)) == ()


def test_more_rows_than_a_statement_has_variables_for_are_inserted(session: Session) -> None:
    assert insert_ignore(session, Tick, ticks(15_000)) == 15_000
    returned = insert_ignore_returning(session, Tick, ticks(15_000, start=100), col(Tick.slot))
    assert sorted(row[0] for row in returned) == [
        NOW + timedelta(minutes=n) for n in range(15_000, 15_100)
    ]


def test_columns_left_out_get_the_defaults_of_the_model(session: Session) -> None:
    row = {"address": b"x", "address_hash": "h", "created_at": NOW}
    assert insert_ignore(session, Subscriber, [row]) == 1
    reader = session.exec(select(Subscriber)).one()
    assert (reader.state, reader.digest_hour) == (SubscriberState.PENDING, 8)


def test_rows_may_point_at_one_that_still_waits_in_the_session(session: Session) -> None:
    session.add(Subscriber(id=7, address=b"x", address_hash="h", created_at=NOW))
    row = {"subscriber_id": 7, "cadence": Cadence.DAILY, "next_due_at": NOW}
    assert insert_ignore(session, DigestSchedule, [row]) == 1


def test_a_row_that_breaks_another_rule_is_still_an_error(session: Session) -> None:
    row = {"subscriber_id": 99, "cadence": Cadence.DAILY, "next_due_at": NOW}
    with pytest.raises(IntegrityError):
        insert_ignore(session, DigestSchedule, [row])


def test_what_two_add_at_once_is_all_counted(engine: Engine) -> None:
    def add(number: int) -> None:
        row = {"name": "sent", "count": number, "counted_until": NOW + timedelta(days=number)}
        with open_session(engine) as session:
            insert_or_add(session, Tally, [row], add=("count",), replace=("counted_until",))
            session.commit()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(1, 11)))
    add(1)
    with open_session(engine) as session:
        tally = session.get_one(Tally, "sent")
    assert (tally.count, tally.counted_until) == (sum(range(1, 11)) + 1, NOW + timedelta(days=1))
