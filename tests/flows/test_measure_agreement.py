"""Where RePORTER and we find different awards for a search, by award, with what may be why."""

from datetime import timedelta

import pytest
from builders import make_reader
from conftest import NOW
from saving import saved_search
from selecting import SelectingSource, failing_after, full_record
from sqlalchemy import Engine, func
from sqlmodel import Session, select
from sweeps import run_sweep

from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.errors import RejectedError, RetryableError, TidingsError
from tidings.flows.measure_agreement import Agreement, Compared, Sample, measure_agreement
from tidings.searches.canonical import canonical_form
from tidings.searches.grammar import parse
from tidings.subscribers.models import EndedReason, Subscriber
from tidings.tables import metadata

TITLES = {1: "Breast tumors", 2: "Breast cells", 3: "Lung tumor growth", 4: "Kidneys", 5: "Tumours"}


@pytest.fixture
def source(engine: Engine) -> SelectingSource:
    """Give a source of five awards that has been swept once."""
    made = SelectingSource(full_record(one, project_title=title) for one, title in TITLES.items())
    run_sweep(engine, made, now=NOW)
    made.asked.clear()
    return made


def save(engine: Engine, *texts: str) -> None:
    with open_session(engine) as session:
        for text in texts:
            saved_search(session, reader(session), text)
        session.commit()


def reader(session: Session) -> int:
    known = session.exec(select(Subscriber)).first() or make_reader(session)
    return stored_id(known.id)


def measure(
    engine: Engine, source: SelectingSource, *, count: int = 10, seed: int = 1, budget: int = 50
) -> Agreement:
    sample = Sample(count, seed=seed, budget=budget)
    return measure_agreement(engine, source, now=NOW + timedelta(weeks=1), sample=sample)


def compare(engine: Engine, source: SelectingSource, text: str) -> Compared:
    save(engine, text)
    canonical = canonical_form(parse(text))
    return next(one for one in measure(engine, source).searches if one.search == canonical)


def test_where_both_find_the_same_it_says_how_many(engine: Engine, source: SelectingSource) -> None:
    found = compare(engine, source, "tumor")
    assert (found.both, found.only_reporter.count, found.only_we.count) == (2, 0, 0)
    assert (found.set_aside, found.not_watched, found.note) == (0, 0, "")
    assert [criteria.wire() for criteria, _ in source.asked] == [found.criteria]


def test_what_changed_at_reporter_since_we_read_it_is_told_from_another_reading(
    engine: Engine, source: SelectingSource
) -> None:
    source.records[0]["project_title"] = "Breast cells"
    source.records[3]["project_title"] = "Tumor of the kidney"
    del source.records[2]
    found = compare(engine, source, "title:tumor")
    assert [(one.appl_id, one.why) for one in found.only_reporter.shown] == [
        (4, ("RePORTER's record of today fits: it changed since we read it.",))
    ]
    assert [(one.appl_id, one.why) for one in found.only_we.shown] == [
        (1, ("RePORTER's record of today does not fit: it changed since we read it.",)),
        (3, ("RePORTER does not have it any more.",)),
    ]


def test_where_the_rules_differ_it_names_the_clause_and_what_stands_there(
    engine: Engine, source: SelectingSource
) -> None:
    source.records[0]["terms"] = "<Kidney Neoplasms>"
    source.records[0]["pref_terms"] = "Breast"
    run_sweep(engine, source, now=NOW + timedelta(days=1))
    found = compare(engine, source, "neoplasms")
    assert (found.both, found.only_reporter.count) == (0, 0)
    (sentence,) = found.only_we.shown[0].why
    assert "stands in the thesaurus's terms, which RePORTER does not search" in sentence

    found = compare(engine, source, 'title:"tumor"')
    assert [one.appl_id for one in found.only_reporter.shown] == [1]
    assert "tumor" in found.only_reporter.shown[0].why[0]


def test_what_a_part_rules_out_that_reporter_was_not_asked_for_is_no_difference(
    engine: Engine, source: SelectingSource
) -> None:
    other = {"code": "AG", "abbreviation": "NIA", "name": "National Institute on Aging"}
    source.records[0]["agency_ic_admin"] = other  # and NCI goes on to fund it
    run_sweep(engine, source, now=NOW + timedelta(days=1))
    found = compare(engine, source, "title:tumor ic:NCI NOT state:NY")
    assert (found.both, found.set_aside) == (1, 1)
    assert (found.only_reporter.count, found.only_we.count) == (0, 0)
    assert len(found.left_out) == 2


def test_what_happened_to_awards_is_left_out_on_both_sides(
    engine: Engine, source: SelectingSource
) -> None:
    found = compare(engine, source, "title:tumor change:end_cut")
    assert (found.both, found.only_we.count, found.set_aside) == (2, 0, 0)


def test_what_we_do_not_watch_is_counted_apart(engine: Engine, source: SelectingSource) -> None:
    source.records.append(full_record(9, project_title="Tumor at large"))
    found = compare(engine, source, "title:tumor")
    assert (found.both, found.not_watched, found.only_reporter.count) == (2, 1, 0)


def test_a_search_that_cannot_be_asked_or_is_refused_is_named_with_the_reason(
    engine: Engine, source: SelectingSource
) -> None:
    save(engine, "change:end_cut", "title:tumor")

    def refuse(_: object) -> None:
        raise RejectedError("RePORTER answered 400: no")

    source.before_answer = refuse
    notes = {one.search: one.note for one in measure(engine, source).searches}
    assert notes == {
        'change:"end_cut"': "nothing of it can be asked of RePORTER",
        "title:tumor": "RePORTER answered 400: no",
    }


def test_the_same_seed_draws_the_same_live_searches(
    engine: Engine, source: SelectingSource
) -> None:
    save(engine, *(f"title:{word}" for word in ("tumor", "cells", "lung", "kidney", "breast")))
    with open_session(engine) as session:
        ended = saved_search(session, reader(session), "title:ended")
        ended.ended_at, ended.ended_reason = NOW, EndedReason.UNSUBSCRIBED
        session.commit()
    drawn = [measure(engine, source, count=3, seed=seed) for seed in (4, 4, 5)]
    names = [[one.search for one in found.searches] for found in drawn]
    assert names[0] == names[1] != names[2]
    assert (drawn[0].live, drawn[0].sampled, drawn[0].watched) == (5, 3, 5)
    assert len(measure(engine, source, count=9).searches) == 5


def test_it_stops_when_the_budget_is_spent_and_says_so(
    engine: Engine, source: SelectingSource
) -> None:
    save(engine, "title:tumor", "title:cells", "title:lung")
    found = measure(engine, source, budget=2)
    assert (len(found.searches), found.requests, len(source.asked)) == (2, 2, 2)
    assert found.stopped == "the budget of 2 requests is spent"


def test_what_takes_more_requests_than_are_left_is_passed_over(
    engine: Engine, source: SelectingSource
) -> None:
    source.records = [full_record(one, project_title="Tumor") for one in range(1, 1200)]
    save(engine, "title:tumor")
    whole = measure(engine, source, budget=3)
    assert (whole.requests, whole.searches[0].not_watched) == (3, 1194)
    short = measure(engine, source, budget=2)
    assert short.requests == 1
    assert short.searches[0].note == (
        "RePORTER finds 1,199: 3 requests to read, of which 2 were left"
    )


def test_without_any_answer_it_fails_and_after_the_first_it_tells_what_it_has(
    engine: Engine, source: SelectingSource
) -> None:
    save(engine, "title:tumor", "title:cells")
    away: TidingsError = RetryableError("RePORTER cannot be reached")
    source.before_answer = failing_after(0, away)
    with pytest.raises(RetryableError):
        measure(engine, source)
    source.before_answer = failing_after(1, away)
    found = measure(engine, source)
    assert (len(found.searches), found.stopped) == (1, "RePORTER cannot be reached")


def test_it_changes_no_row(engine: Engine, source: SelectingSource, session: Session) -> None:
    save(engine, "tumor", "title:cells ic:NCI")
    source.records[0]["project_title"] = "Another"

    def rows() -> dict[str, int]:
        counted = {
            name: session.connection().execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in metadata.tables.items()
        }
        session.rollback()
        return counted

    before = rows()
    measure(engine, source)
    assert rows() == before
