"""A sweep reads the scope, keeps versions, names changes and leaves a receipt."""

from datetime import timedelta
from typing import Any

import pytest
from conftest import NOW
from sources import ListedSource, record
from sqlalchemy import Engine
from sqlmodel import Session, col, select
from sweeps import EVERYTHING, run_sweep

from tidings.config import Settings
from tidings.errors import RejectedError
from tidings.flows.advance_sweep import LEASE, advance_sweep
from tidings.flows.finish_sweep import finish_sweep
from tidings.flows.start_sweep import start_sweep
from tidings.projects.canonicalise import content_hash
from tidings.projects.models import (
    Award,
    Change,
    ChangeKind,
    Project,
    Purpose,
    Quarantine,
    Severity,
    Snapshot,
    Sweep,
    SweepState,
)
from tidings.projects.queries import canonical_at, canonical_of, project_by_key, timeline
from tidings.upkeep.queries import take_lease

WEEK = timedelta(days=7)


def changes(session: Session) -> list[tuple[str, ChangeKind]]:
    rows = session.exec(select(Change).order_by(col(Change.id))).all()
    return [(row.field, row.kind) for row in rows]


def receipt(session: Session, sweep_id: int) -> Sweep:
    return session.get_one(Sweep, sweep_id, populate_existing=True)


def test_the_first_sweep_keeps_everything_and_announces_nothing(
    engine: Engine, session: Session
) -> None:
    done = run_sweep(engine, ListedSource([record(1), record(2)]), now=NOW)

    row = receipt(session, done.sweep_id)
    assert (row.purpose, row.state) == (Purpose.BACKFILL, SweepState.COMPLETE)
    assert (row.total_first, row.total_last) == (2, 2)
    assert (row.examined, row.new, row.changed) == (2, 2, 0)
    assert (row.quarantined, row.unexamined) == (0, 0)
    assert changes(session) == []
    project = project_by_key(session, "ca000001")
    assert project is not None
    assert (project.title, project.institute) == ("How cells age, part 1", "NCI")
    assert project.current_appl_id == 1


def test_an_unchanged_source_writes_no_version_and_the_same_digest(
    engine: Engine, session: Session
) -> None:
    source = ListedSource([record(1), record(2)])
    first = run_sweep(engine, source, now=NOW)
    second = run_sweep(engine, source, now=NOW + WEEK)

    before, after = receipt(session, first.sweep_id), receipt(session, second.sweep_id)
    assert (after.purpose, after.new, after.changed) == (Purpose.WEEKLY, 0, 0)
    assert after.ids_digest == before.ids_digest
    assert len(session.exec(select(Snapshot)).all()) == 2
    assert second.waiting == 0


def test_a_changed_record_becomes_a_version_and_named_changes(
    engine: Engine, session: Session
) -> None:
    source = ListedSource([record(1), record(2)])
    run_sweep(engine, source, now=NOW)
    source.records[0] |= {"project_end_date": "2030-12-31", "cfda_code": "93.310"}
    done = run_sweep(engine, source, now=NOW + WEEK)

    assert changes(session) == [
        ("project_end_date", ChangeKind.EXTENDED),
        ("cfda_code", ChangeKind.COSMETIC),
    ]
    change = session.exec(select(Change).where(Change.field == "project_end_date")).one()
    assert (change.before, change.after) == ("2029-12-31", "2030-12-31")
    assert (change.appl_id, change.version, change.sweep_id) == (1, 2, done.sweep_id)
    assert done.waiting == 2
    project = session.get_one(Project, change.project_id)
    assert project.last_changed_at == NOW + WEEK


def test_every_version_can_be_rebuilt_to_its_hash(engine: Engine, session: Session) -> None:
    source = ListedSource([record(1)])
    steps: list[dict[str, Any]] = [{}, {"award_amount": 1}, {"abstract_text": None}, {"terms": "a"}]
    for week, step in enumerate(steps):
        source.records[0] |= step
        run_sweep(engine, source, now=NOW + week * WEEK)

    award = session.get_one(Award, 1)
    versions = session.exec(select(Snapshot).order_by(col(Snapshot.version))).all()
    assert award.version == len(versions) == 4
    assert content_hash(canonical_of(award)) == award.content_hash
    for snapshot in versions:
        rebuilt = canonical_at(session, award, snapshot.version)
        assert content_hash(rebuilt) == snapshot.content_hash
    assert canonical_at(session, award, 1)["award_amount"] == 400_000


def test_bad_news_that_is_taken_back_points_at_what_it_takes_back(
    engine: Engine, session: Session
) -> None:
    source = ListedSource([record(1)])
    run_sweep(engine, source, now=NOW)
    for week, end in enumerate(["2026-11-30", "2029-12-31"], start=1):
        source.records[0]["project_end_date"] = end
        run_sweep(engine, source, now=NOW + week * WEEK)

    cut, back = session.exec(select(Change).order_by(col(Change.id))).all()
    assert (cut.kind, cut.severity) == (ChangeKind.END_CUT, Severity.CRITICAL)
    assert (back.kind, back.severity) == (ChangeKind.REVERSED, Severity.CRITICAL)
    assert back.reverses_id == cut.id


def test_new_awards_are_named_and_the_newest_speaks_for_its_project(
    engine: Engine, session: Session
) -> None:
    same: dict[str, Any] = {"project_serial_num": "CA000001", "core_project_num": "R01CA000001"}
    source = ListedSource([record(1)])
    run_sweep(engine, source, now=NOW)
    number = "5R01CA000001-02"
    source.records += [
        record(7),
        record(11, **same, project_num=number, award_type="5", fiscal_year=2027),
        record(12, **same, project_num=number, award_type="5", fiscal_year=2027, subproject_id="1"),
        record(13, **same, project_num="3R01CA000001-02S1", award_type="3", fiscal_year=2027),
    ]
    run_sweep(engine, source, now=NOW + WEEK)

    found = {row.appl_id: row.kind for row in session.exec(select(Change))}
    assert found == {
        7: ChangeKind.NEW_PROJECT,
        11: ChangeKind.NEXT_YEAR_FUNDED,
        12: ChangeKind.COSMETIC,
        13: ChangeKind.SUPPLEMENT,
    }
    project = project_by_key(session, "CA000001")
    assert project is not None
    assert project.current_appl_id == 11
    assert [row.kind for row in timeline(session, project.id or 0)] == [
        ChangeKind.SUPPLEMENT,
        ChangeKind.NEXT_YEAR_FUNDED,
    ]
    assert len(timeline(session, project.id or 0, cosmetic=True)) == 3


def test_the_lapse_of_an_old_years_award_is_no_news_once_the_next_is_funded(
    engine: Engine, session: Session
) -> None:
    source = ListedSource([record(1), record(2)])
    run_sweep(engine, source, now=NOW)
    next_year = record(
        11, project_serial_num="CA000001", project_num="5R01CA000001-02", award_type="5",
        fiscal_year=2027,
    )  # fmt: skip
    source.records = [record(1, is_active=False), record(2, is_active=False), next_year]
    run_sweep(engine, source, now=NOW + WEEK)

    lapses = session.exec(select(Change).where(Change.field == "is_active")).all()
    assert {row.appl_id: row.kind for row in lapses} == {
        1: ChangeKind.COSMETIC,
        2: ChangeKind.WENT_INACTIVE,
    }


def test_a_record_that_cannot_be_read_is_set_aside_and_the_rest_goes_on(
    engine: Engine, session: Session
) -> None:
    source = ListedSource([record(1), record(2, award_amount="much"), record(3)])
    done = run_sweep(engine, source, now=NOW)

    row = receipt(session, done.sweep_id)
    assert (row.state, row.examined, row.quarantined) == (SweepState.COMPLETE, 2, 1)
    kept = session.exec(select(Quarantine)).one()
    assert kept.appl_id == 2
    assert "award_amount" in kept.reason
    assert b'"much"' in kept.raw
    assert session.get(Award, 2) is None


def test_a_field_new_to_us_is_drift_and_no_version(engine: Engine, session: Session) -> None:
    source = ListedSource([record(1)])
    run_sweep(engine, source, now=NOW)
    source.records[0]["fresh_field"] = 7
    done = run_sweep(engine, source, now=NOW + WEEK)

    assert receipt(session, done.sweep_id).drifted == ["fresh_field"]
    assert session.get_one(Award, 1).version == 1


def test_an_award_that_comes_twice_counts_once_and_if_they_differ_neither_is_believed(
    engine: Engine, session: Session
) -> None:
    twice = [record(1), record(1, award_amount=5), record(2), record(2)]
    done = run_sweep(engine, ListedSource(twice), now=NOW)

    row = receipt(session, done.sweep_id)
    assert (row.state, row.examined, row.new) == (SweepState.COMPLETE, 1, 1)
    assert "2 records came twice at offset 0" in row.note
    assert session.get(Award, 1) is None
    assert session.get_one(Award, 2).version == 1
    kept = session.exec(select(Quarantine)).all()
    assert [one.appl_id for one in kept] == [1, 1]
    assert "twice with different content" in kept[0].reason


def test_a_sweep_of_many_pages_asks_each_once_and_goes_on_where_it_stopped(
    engine: Engine, session: Session, settings: Settings
) -> None:
    source = ListedSource(record(number) for number in range(1, 1202))
    sweep_id = start_sweep(
        session, purpose=Purpose.WEEKLY, settings=settings, now=NOW, scope=EVERYTHING
    )
    assert sweep_id is not None
    calls = 0
    while not advance_sweep(engine, source, sweep_id, now=NOW, seconds=0):
        calls += 1
        assert finish_sweep(engine, source, sweep_id, now=NOW).state is SweepState.RUNNING
    finish_sweep(engine, source, sweep_id, now=NOW)

    assert calls >= 4
    assert [offset for _, offset in source.asked] == [0, 499, 998]
    assert receipt(session, sweep_id).examined == 1201


def test_two_do_not_ask_for_the_same_page(
    engine: Engine, session: Session, settings: Settings
) -> None:
    sweep_id = start_sweep(
        session, purpose=Purpose.WEEKLY, settings=settings, now=NOW, scope=EVERYTHING
    )
    assert sweep_id is not None
    assert take_lease(session, f"sweep:{sweep_id}", "another", ttl=LEASE)
    session.commit()
    source = ListedSource([record(1)])

    assert not advance_sweep(engine, source, sweep_id, now=NOW, seconds=60)
    assert source.asked == []
    assert receipt(session, sweep_id).total_first is None


def test_one_sweep_at_a_time(session: Session, settings: Settings) -> None:
    def start() -> int | None:
        return start_sweep(
            session, purpose=Purpose.WEEKLY, settings=settings, now=NOW, scope=EVERYTHING
        )

    assert start() is not None
    assert start() is None


def test_finishing_twice_writes_the_receipt_once(engine: Engine, session: Session) -> None:
    source = ListedSource([record(1)])
    done = run_sweep(engine, source, now=NOW)
    again = finish_sweep(engine, source, done.sweep_id, now=NOW + WEEK)

    assert again == done
    assert receipt(session, done.sweep_id).finished_at == NOW


def test_what_the_source_refuses_fails_the_sweep_in_its_words(
    engine: Engine, session: Session
) -> None:
    source = ListedSource([record(1)])
    source.fails = RejectedError("offset value greater than 14,999")
    done = run_sweep(engine, source, now=NOW)

    assert receipt(session, done.sweep_id).state is SweepState.FAILED
    assert "14,999" in receipt(session, done.sweep_id).note


@pytest.mark.parametrize("purpose", [Purpose.PROBE, Purpose.FOLLOWED])
def test_an_empty_store_is_filled_first_whatever_is_asked(
    session: Session, settings: Settings, purpose: Purpose
) -> None:
    sweep_id = start_sweep(session, purpose=purpose, settings=settings, now=NOW)

    assert sweep_id is not None
    assert receipt(session, sweep_id).purpose is Purpose.BACKFILL
