"""Facets and quick counts of what is stored: exact where they say so, and cheap."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import NOW
from sources import ListedSource, record
from sqlalchemy import Engine, event
from sweeps import run_sweep

from tidings.db.session import open_reader
from tidings.flows import count_hits as counting
from tidings.flows import search_projects as searching
from tidings.flows.count_facets import count_facets
from tidings.flows.count_hits import count_hits
from tidings.flows.find_wider import find_wider
from tidings.flows.search_projects import search_projects
from tidings.searches.facets import ENDED, RUNNING, Field
from tidings.searches.grammar import parse

STATES = ("AZ", "AZ", "AZ", "OR", "CA")
TODAY = NOW.date()


def rows() -> Iterator[dict[str, Any]]:
    """Give 120 studies: a fifth each in two states, half of them of stiff tissue, a third ended."""
    for number in range(1, 121):
        yield record(
            number,
            project_title="Stiff tissue" if number % 2 else "Soft tissue",
            organization={"org_name": "A", "org_state": STATES[number % 5], "city": None},
            project_end_date="2026-01-31" if number % 3 == 0 else "2029-12-31",
        )


@pytest.fixture
def engine(engine: Engine) -> Engine:
    run_sweep(engine, ListedSource(list(rows())), now=NOW)
    return engine


def counted(engine: Engine, text: str) -> dict[Field, dict[str, int]]:
    with open_reader(engine) as session:
        found = search_projects(session, text, limit=5)
        facets = count_facets(session, text, found, today=TODAY)
    return {one.field: {part.value: part.count for part in one.parts} for one in facets}


def test_facets_count_the_whole_result_and_not_a_page_of_it(engine: Engine) -> None:
    stiff = [number for number in range(1, 121) if number % 2]
    ended = sum(number % 3 == 0 for number in stiff)
    assert counted(engine, "stiff") == {
        Field.STATE: Counter(STATES[number % 5] for number in stiff),
        Field.END: {RUNNING: len(stiff) - ended, ENDED: ended},
    }


def test_each_facet_leads_to_as_many_studies_as_it_says(engine: Engine) -> None:
    with open_reader(engine) as session:
        found = search_projects(session, "stiff OR soft")
        for facet in count_facets(session, "stiff OR soft", found, today=TODAY):
            for part in facet.parts:
                assert search_projects(session, part.text or "").count == part.count


def test_of_very_many_candidates_the_rest_is_reckoned(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "SURE", 10)
    monkeypatch.setattr(searching, "CHUNK", 10)
    monkeypatch.setattr(searching, "SAMPLE", 55)
    states = counted(engine, "tissue")[Field.STATE]
    assert sum(states.values()) == pytest.approx(120, abs=3)
    assert states["AZ"] == pytest.approx(72, abs=8)


def test_facets_take_one_statement_and_judge_no_award_again(engine: Engine) -> None:
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    with open_reader(engine) as session:
        found = search_projects(session, "stiff")
        asked.clear()
        count_facets(session, "stiff", found, today=TODAY)
    (statement,) = asked
    assert "body" not in statement


def test_a_quick_count_is_exact_of_few_and_about_right_of_many(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_reader(engine) as session:
        assert count_hits(session, "stiff") == (60, True)
        monkeypatch.setattr(counting, "SURE", 50)
        monkeypatch.setattr(counting, "SAMPLE", 30)
        count, is_exact = count_hits(session, "tissue AND NOT stiff")
    assert not is_exact
    assert count == pytest.approx(60, abs=12)


def test_what_finds_nothing_is_offered_what_asks_for_less_the_best_first(engine: Engine) -> None:
    with open_reader(engine) as session:
        offered = find_wider(session, parse("stiff AND state:OR AND zebrafish"))
    assert [(one.text, one.hits) for one in offered] == [('state:"OR" AND stiff', 12)]
