"""The reconcile asks for the same scope another way, and finds what the weekly sweeps missed."""

from collections.abc import Iterable
from datetime import timedelta

from builders import make_follow, make_reader
from conftest import NOW
from sources import ListedSource, Record, record
from sqlalchemy import Engine
from sqlmodel import Session, col, select
from sweeps import run_sweep

from tidings.audits.models import Audit, AuditKind
from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.flows.finish_sweep import finish_sweep
from tidings.flows.match_changes import match_changes
from tidings.flows.save_search import save_search
from tidings.notices.models import Notice
from tidings.projects.itinerary import PIECES
from tidings.projects.models import Award, Change, ChangeKind, Purpose, Sweep, SweepState
from tidings.projects.queries import project_by_key
from tidings.reporter.criteria import Criteria
from tidings.subscribers.models import Cadence

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


class ForgetfulSource(ListedSource):
    """Leaves records out, from answers and totals alike, unless it is asked by place."""

    def __init__(self, records: Iterable[Record], forgets: Iterable[int] = ()) -> None:
        super().__init__(records)
        self.forgets = set(forgets)

    def _found(self, criteria: Criteria) -> list[Record]:
        found = super()._found(criteria)
        by_place = criteria.org_states or criteria.org_countries
        return [row for row in found if by_place or row["appl_id"] not in self.forgets]


def reconcile(engine: Engine, source: ListedSource, *, days: int = 2) -> Audit:
    run_sweep(engine, source, now=NOW + days * DAY, purpose=Purpose.RECONCILE)
    with open_session(engine) as session:
        return session.exec(select(Audit).order_by(col(Audit.id).desc()).limit(1)).one()


def records(count: int = 5) -> list[Record]:
    return [record(number) for number in range(1, count + 1)]


def test_where_nothing_was_missed_recall_is_whole(engine: Engine, session: Session) -> None:
    source = ListedSource(records())
    run_sweep(engine, source, now=NOW)
    audit = reconcile(engine, source)
    assert (audit.kind, audit.examined, audit.agreed) == (AuditKind.RECALL, 5, 5)
    assert (audit.findings, audit.note) == ([], "")
    assert audit.sweep_id is not None
    sweep = session.get_one(Sweep, audit.sweep_id)
    assert (sweep.state, sweep.purpose) == (SweepState.COMPLETE, Purpose.RECONCILE)
    assert (sweep.total_first, sweep.total_last, sweep.unexamined) == (5, 5, 0)


def test_what_the_weekly_missed_is_found_mended_and_told_once(
    engine: Engine, session: Session
) -> None:
    source = ForgetfulSource(records(), forgets=[3])
    run_sweep(engine, source, now=NOW)
    reader = make_reader(session)
    save_search(
        session,
        subscriber_id=stored_id(reader.id),
        name="cells",
        text="cells",
        cadence=Cadence.DAILY,
        now=NOW,
    )
    audit = reconcile(engine, source)
    assert (audit.examined, audit.agreed) == (5, 4)
    assert audit.findings == [
        {"appl_id": 3, "added": "10 Jan 2026", "missing": "was not stored before"}
    ]
    again = reconcile(engine, source, days=9)
    assert (again.examined, again.agreed) == (5, 5)
    with open_session(engine) as own:
        for _ in range(2):
            match_changes(own, now=NOW + 10 * DAY)
    assert session.get(Award, 3) is not None
    kinds = [change.kind for change in session.exec(select(Change).where(Change.appl_id == 3))]
    assert kinds == [ChangeKind.NEW_PROJECT]
    assert len(session.exec(select(Notice)).all()) == 1


def test_what_was_added_since_the_weekly_is_no_miss_and_is_said(engine: Engine) -> None:
    source = ListedSource(records())
    run_sweep(engine, source, now=NOW)
    source.records += [
        record(6, date_added=str(NOW.date())),
        record(7, date_added=str((NOW + DAY).date())),
        record(8, date_added=str((NOW - DAY).date())),
        record(9, date_added=None),
    ]
    audit = reconcile(engine, source)
    assert (audit.examined, audit.agreed) == (7, 5)
    assert [finding["appl_id"] for finding in audit.findings] == [8, 9]
    assert audit.note == "2 awards that RePORTER added since the sweep of 23 Nov 2026 are no miss"


def test_what_lies_in_no_part_is_unexamined_and_said(engine: Engine, session: Session) -> None:
    nowhere = {"org_name": "A PLACE OF ITS OWN", "org_state": None, "org_country": None}
    source = ListedSource([*records(), record(6, organization=nowhere)])
    run_sweep(engine, source, now=NOW)
    audit = reconcile(engine, source)
    assert audit.sweep_id is not None
    sweep = session.get_one(Sweep, audit.sweep_id)
    assert (sweep.state, sweep.unexamined) == (SweepState.HELD, 1)
    assert sweep.note == "1 record came in no part"
    assert (audit.examined, audit.agreed) == (5, 5)
    assert audit.note == "1 record of RePORTER's total came in no part"


def test_a_country_and_a_state_that_only_the_store_knows_are_asked_for(engine: Engine) -> None:
    homes = [
        {"org_name": "ATLANTIS INSTITUTE", "org_state": None, "org_country": "ATLANTIS"},
        {"org_name": "A NEW PROVINCE", "org_state": "ZZ", "org_country": "CANADA"},
    ]
    source = ListedSource(
        [record(number, organization=home) for number, home in enumerate(homes, start=1)]
    )
    run_sweep(engine, source, now=NOW)
    audit = reconcile(engine, source)
    assert (audit.examined, audit.agreed, audit.note) == (2, 2, "")


def test_a_record_that_cannot_be_read_and_is_not_stored_is_a_miss(engine: Engine) -> None:
    source = ForgetfulSource([*records(), record(6, award_amount="much")], forgets=[6])
    run_sweep(engine, source, now=NOW)
    audit = reconcile(engine, source)
    assert (audit.examined, audit.agreed) == (6, 5)
    assert audit.findings == [{"appl_id": 6, "missing": "cannot be read, so it is in quarantine"}]


def test_a_reconcile_counts_no_absences(engine: Engine, session: Session) -> None:
    source = ListedSource(records())
    run_sweep(engine, source, now=NOW)
    source.records = source.records[1:]
    for days in (2, 9, 40, 80):
        run_sweep(engine, source, now=NOW + days * DAY, purpose=Purpose.RECONCILE)
    award = session.get_one(Award, 1)
    assert (award.absent_since, award.absent_sweeps, award.missing_since) == (None, 0, None)


def test_it_is_cut_by_place_and_never_by_day(engine: Engine, session: Session) -> None:
    source = ListedSource(records())
    run_sweep(engine, source, now=NOW)
    source.asked.clear()
    audit = reconcile(engine, source)
    asked = [criteria for criteria, _ in source.asked]
    assert asked
    assert all(criteria.org_states or criteria.org_countries for criteria in asked)
    assert all(criteria.date_added is None for criteria in asked)
    sweep = session.get_one(Sweep, audit.sweep_id)
    assert [piece.only_counted for piece in PIECES.validate_python(sweep.partitions)][-1]


def test_the_weekly_after_it_is_not_taken_for_shrunken(engine: Engine) -> None:
    both = {"org_name": "TORONTO", "org_state": "ON", "org_country": "CANADA"}
    source = ListedSource(record(number, organization=both) for number in range(1, 60))
    run_sweep(engine, source, now=NOW)
    reconcile(engine, source)  # each record lies in two of its pieces
    done = run_sweep(engine, source, now=NOW + WEEK)
    assert done.state is SweepState.COMPLETE


def test_its_audit_is_written_once(engine: Engine, session: Session) -> None:
    source = ListedSource(records())
    run_sweep(engine, source, now=NOW)
    audit = reconcile(engine, source)
    assert audit.sweep_id is not None
    finish_sweep(engine, source, audit.sweep_id, now=NOW + 3 * DAY)
    assert len(session.exec(select(Audit)).all()) == 1


def test_a_change_that_the_reconcile_sees_first_is_told_as_any_other(
    engine: Engine, session: Session
) -> None:
    source = ListedSource(records())
    run_sweep(engine, source, now=NOW)
    project = project_by_key(session, "CA000001")
    assert project is not None
    make_follow(session, make_reader(session), project)
    source.records[0]["project_end_date"] = "2026-11-20"
    reconcile(engine, source)
    with open_session(engine) as own:
        assert match_changes(own, now=NOW + 2 * DAY).notices == 1
