"""A page is asked for until it adds up, and what contradicts itself is not believed."""

from dataclasses import replace

from conftest import NOW
from sources import ListedSource, record
from sqlalchemy import Engine
from sqlmodel import Session
from sweeps import EVERYTHING, run_sweep

from tidings.config import Settings
from tidings.flows.ingest_page import ingest_page
from tidings.flows.read_page import READS, read_page
from tidings.flows.start_sweep import start_sweep
from tidings.projects.models import Award, ChangeKind, Purpose, Sweep
from tidings.projects.queries import timeline
from tidings.reporter.body import FlawedRow
from tidings.reporter.criteria import Criteria
from tidings.reporter.paging import PageRequest, Verdict

WHOLE = [record(1), record(2), record(3)]
TWICE = [record(1), record(1), record(3)]
TORN = [record(1), record(1, award_amount=5), record(3)]


def answering(*answers: list[dict[str, object]]) -> ListedSource:
    """Return a source that gives these answers one after another, and then the last for ever."""
    source = ListedSource(answers[0])
    rest = list(answers)

    def turn() -> None:
        source.records = rest.pop(0) if len(rest) > 1 else rest[0]

    source.before_page, source.says_total = turn, 3
    return source


def test_a_page_that_adds_up_is_asked_for_once() -> None:
    source = answering(WHOLE)
    page, verdict = read_page(source, Criteria(), PageRequest(0))
    assert (verdict, len(page.rows), len(source.asked)) == (Verdict.OK, 3, 1)


def test_a_short_page_or_one_that_names_an_award_twice_is_asked_for_again() -> None:
    source = answering(WHOLE[:2], TWICE, WHOLE)
    page, verdict = read_page(source, Criteria(), PageRequest(0))
    assert [row.value for row in page.rows] == WHOLE
    assert (verdict, len(source.asked)) == (Verdict.OK, READS)


def test_what_stays_short_is_short() -> None:
    source = answering(WHOLE[:2])
    assert read_page(source, Criteria(), PageRequest(0))[1] is Verdict.SHORT
    assert len(source.asked) == READS


def test_an_award_that_stays_twice_counts_and_one_that_contradicts_itself_does_not() -> None:
    for answer, flaws in ((TWICE, [False] * 3), (TORN, [True, True, False])):
        page, verdict = read_page(answering(answer), Criteria(), PageRequest(0))
        assert verdict is Verdict.OK
        assert [isinstance(row.value, FlawedRow) for row in page.rows] == flaws


def test_a_contradiction_is_no_news(engine: Engine, session: Session) -> None:
    source = ListedSource(WHOLE)
    run_sweep(engine, source, now=NOW)
    source.records = [*WHOLE, record(1, award_amount=5)]
    run_sweep(engine, source, now=NOW)
    award = session.get_one(Award, 1)
    assert (award.version, award.absent_since) == (1, None)
    kinds = {change.kind for change in timeline(session, award.project_id, cosmetic=True)}
    assert kinds.isdisjoint(ChangeKind)


def test_fields_that_are_no_longer_sent_are_told_of_in_the_receipt(
    session: Session, settings: Settings
) -> None:
    sweep_id = start_sweep(
        session, purpose=Purpose.WEEKLY, settings=settings, now=NOW, scope=EVERYTHING
    )
    assert sweep_id is not None
    page = ListedSource(WHOLE).search_projects(Criteria())
    page = replace(page, absent=frozenset({"terms", "cfda_code"}))
    assert ingest_page(session, sweep_id, page, partition="all", now=NOW)
    assert session.get_one(Sweep, sweep_id).drifted == ["cfda_code (absent)", "terms (absent)"]
