"""The canary: some stored awards, chosen at random, compared with RePORTER's own field by field."""

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from conftest import NOW
from sources import ListedSource, record
from sqlalchemy import Engine, func
from sqlmodel import Session, col, select, update
from sweeps import run_sweep

from tidings.audits.models import Audit, AuditKind
from tidings.errors import RetryableError
from tidings.flows.canary import run_canary
from tidings.projects.codec import pack, unpack
from tidings.projects.models import Award, Purpose
from tidings.reporter.client import ProjectPage
from tidings.reporter.criteria import Criteria
from tidings.tables import metadata

WEEK = timedelta(weeks=1)
SEED = 7


@pytest.fixture
def source(engine: Engine) -> ListedSource:
    """Give a source that has been swept once."""
    made = ListedSource(record(number) for number in range(1, 11))
    run_sweep(engine, made, now=NOW)
    return made


def look(engine: Engine, source: ListedSource, *, count: int = 100) -> Audit:
    chance = random.Random(SEED)  # noqa: S311 - a test that is the same each time
    return run_canary(engine, source, now=NOW + WEEK, count=count, chance=chance)


def alter(session: Session, appl_id: int, **values: Any) -> None:
    session.exec(update(Award).where(col(Award.appl_id) == appl_id).values(**values))
    session.commit()


def rows(session: Session) -> dict[str, int]:
    counts = {
        name: session.connection().execute(select(func.count()).select_from(table)).scalar_one()
        for name, table in metadata.tables.items()
    }
    session.rollback()
    return counts


def test_what_is_stored_as_reporter_has_it_agrees(engine: Engine, source: ListedSource) -> None:
    for row in source.records:
        row["is_new"] = True  # no difference in canonical form
        row["project_title"] = f" {row['project_title']} "
    audit = look(engine, source)
    assert (audit.kind, audit.examined, audit.agreed) == (AuditKind.CANARY, 10, 10)
    assert (audit.findings, audit.note) == ([], "")


def test_a_stored_field_altered_behind_our_back_is_found(
    engine: Engine, session: Session, source: ListedSource
) -> None:
    canonical = unpack(session.get_one(Award, 3).body)
    alter(session, 3, body=pack(canonical | {"award_amount": 1, "project_title": "Another"}))
    alter(session, 4, state="NY")
    audit = look(engine, source)
    assert (audit.examined, audit.agreed, audit.note) == (10, 8, "")
    assert audit.findings == [
        {
            "appl_id": 3,
            "fields": ["award_amount", "project_title", "hash of the stored version"],
        },
        {"appl_id": 4, "fields": ["column state"]},
    ]


def test_a_change_at_reporter_since_the_last_sweep_differs(
    engine: Engine, source: ListedSource
) -> None:
    source.records[0]["project_end_date"] = "2026-11-20"
    audit = look(engine, source)
    assert audit.findings == [
        {"appl_id": 1, "fields": ["project_end_date", "column project_end_on"]}
    ]


def test_an_award_that_is_not_there_or_cannot_be_read_is_found(
    engine: Engine, source: ListedSource
) -> None:
    del source.records[0]
    source.records[0]["award_amount"] = "much"
    audit = look(engine, source)
    assert (audit.examined, audit.agreed) == (10, 8)
    assert audit.findings == [
        {"appl_id": 1, "missing": "RePORTER does not have it"},
        {"appl_id": 2, "missing": "RePORTER's record cannot be read"},
    ]
    assert audit.note == (
        "1 award: RePORTER does not have it; 1 award: RePORTER's record cannot be read"
    )


def test_what_is_known_to_be_absent_is_not_asked_for(
    engine: Engine, session: Session, source: ListedSource
) -> None:
    del source.records[0]
    alter(session, 1, absent_since=NOW, absent_sweeps=1)
    audit = look(engine, source)
    assert (audit.examined, audit.agreed) == (9, 9)


def test_it_asks_by_number_in_batches_for_as_many_as_it_should(engine: Engine) -> None:
    source = ListedSource(record(number) for number in range(1, 451))
    run_sweep(engine, source, now=NOW)
    source.asked.clear()
    assert look(engine, source, count=420).examined == 420
    assert [len(criteria.appl_ids) for criteria, _ in source.asked] == [200, 200, 20]
    assert look(engine, source, count=5).examined == 5


def test_each_canary_looks_at_other_awards(engine: Engine, source: ListedSource) -> None:
    source.asked.clear()
    for _ in range(8):
        run_canary(engine, source, now=NOW, count=3)
    assert len({criteria.appl_ids for criteria, _ in source.asked}) > 1


def test_it_changes_no_row_but_its_own(
    engine: Engine, session: Session, source: ListedSource
) -> None:
    source.records[0]["award_amount"] = 1
    del source.records[1]
    before = rows(session)
    look(engine, source)
    assert rows(session) == before | {"audit": 1}


def test_without_an_answer_there_is_no_audit(
    engine: Engine, session: Session, source: ListedSource
) -> None:
    source.fails_by_number = RetryableError("away")
    with pytest.raises(RetryableError, match="away"):
        look(engine, source)
    assert session.exec(select(Audit)).all() == []


def test_an_answer_that_does_not_add_up_is_not_relied_on(
    engine: Engine, session: Session, source: ListedSource
) -> None:
    class Short(ListedSource):
        def search_projects(
            self, criteria: Criteria, *, offset: int = 0, limit: int = 500
        ) -> ProjectPage:
            page = super().search_projects(criteria, offset=offset, limit=limit)
            return replace(page, rows=page.rows[1:])

    with pytest.raises(RetryableError, match="does not add up"):
        look(engine, Short(source.records))
    assert session.exec(select(Audit)).all() == []


def test_an_empty_store_has_nothing_to_ask_for(engine: Engine) -> None:
    source = ListedSource()
    audit = look(engine, source)
    assert (audit.examined, audit.agreed, source.asked) == (0, 0, [])


def test_what_the_reconcile_reads_does_not_narrow_what_is_chosen(
    engine: Engine, source: ListedSource
) -> None:
    run_sweep(engine, source, now=NOW + WEEK, purpose=Purpose.RECONCILE)
    assert look(engine, source).examined == 10
