"""Candidates of searches among what is stored: quick, and never one too few."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from conftest import NOW
from hypothesis import given, settings
from hypothesis import strategies as st
from queries import any_queries, records
from sources import ListedSource, record
from sqlalchemy import Engine, delete, text
from sqlmodel import Session, col, select, update
from sweeps import run_sweep

from tidings.db.session import open_reader
from tidings.flows import search_projects as searching
from tidings.flows.baseline import find_known
from tidings.flows.index_words import index_stored
from tidings.flows.ingest_rows import ingest_rows
from tidings.flows.search_projects import search_projects
from tidings.projects.canonicalise import Canonical
from tidings.projects.models import Award, Purpose, Sweep
from tidings.projects.queries import canonical_at, canonical_of
from tidings.reporter.client import RawRow
from tidings.searches.canonical import canonical_form
from tidings.searches.document import Document
from tidings.searches.evaluate import evaluate, holds
from tidings.searches.grammar import parse, parse_canonical
from tidings.searches.models import AwardWords
from tidings.searches.query import Query, is_about_changes
from tidings.searches.store_queries import NOTHING_TOLD, candidate_ids, told_of

WEEK = timedelta(weeks=1)
PAIRS = st.lists(st.tuples(records(), records()), min_size=1, max_size=4)
SEARCHES = st.lists(any_queries(max_leaves=6), min_size=1, max_size=5)


def ingest(session: Session, rows: Sequence[dict[str, Any]], *, now: datetime) -> None:
    sweep = Sweep(purpose=Purpose.WEEKLY, started_at=now)
    session.add(sweep)
    session.flush()
    ingest_rows(session, sweep, [RawRow(json.dumps(row).encode(), row) for row in rows], now=now)
    session.commit()


def forget_words(session: Session) -> None:
    """Make it the store of an older revision, without an index."""
    session.exec(delete(AwardWords))
    if session.get_bind().dialect.name == "sqlite":
        session.connection().execute(
            text("INSERT INTO word_index (word_index) VALUES ('delete-all')")
        )
    session.exec(update(Award).values(is_indexed=False))
    session.commit()


def ids(session: Session, search: str, *, ever: bool = False) -> list[int]:
    return list(candidate_ids(session, parse(search), ever=ever))


class Stored:
    """All that was ever stored, read once, and what is right for each search of it."""

    def __init__(self, engine: Engine, session: Session) -> None:
        self._engine, self._session = engine, session
        self._numbers = count(1)
        self._latest: dict[int, tuple[Award, Canonical]] = {}
        self._ever: dict[int, list[Canonical]] = {}

    def add(self, pairs: Sequence[tuple[Canonical, Canonical]]) -> None:
        """Store awards, each in two versions."""
        new = [next(self._numbers) for _ in pairs]
        for at, version in enumerate(zip(*pairs, strict=True)):
            rows = [one | {"appl_id": number} for one, number in zip(version, new, strict=True)]
            ingest(self._session, rows, now=NOW + at * WEEK)
        for award in self._session.exec(select(Award).where(col(Award.appl_id).in_(new))).all():
            versions = range(1, award.version + 1)
            self._latest[award.appl_id] = award, canonical_of(award)
            self._ever[award.appl_id] = [
                canonical_at(self._session, award, version) for version in versions
            ]

    def check(self, query: Query) -> None:
        """Look whether each award that the query finds is a candidate, and known."""
        told = told_of(self._session, self._ever)
        now = {
            number
            for number, (_, canonical) in self._latest.items()
            if holds(query, Document(canonical, *told.get(number, NOTHING_TOLD)))
        }
        ever = {
            number
            for number, versions in self._ever.items()
            if any(
                holds(query, Document(version, *happened))
                for version in versions
                for happened in (NOTHING_TOLD, told.get(number, NOTHING_TOLD))
            )
        }
        assert now <= set(candidate_ids(self._session, query, ever=False))
        assert ever <= set(candidate_ids(self._session, query, ever=True))
        self._session.rollback()
        if not is_about_changes(query):
            canonical = canonical_form(query)  # NOT NOT x is x there, with a clause to show
            (rows,) = find_known(self._engine, [canonical], now=NOW).values()
            assert rows == self._known(parse_canonical(canonical))

    def _known(self, query: Query) -> list[dict[str, Any]]:
        """Return the rows that reading every award gives."""
        found: dict[int, dict[str, Any]] = {}
        for number in sorted(self._latest):
            award, canonical = self._latest[number]
            hits = evaluate(query, Document(canonical))
            if hits is not None:
                found[award.project_id] = {
                    "project_id": award.project_id,
                    "appl_id": number,
                    "version": award.version,
                    "clauses": [vars(hit) for hit in hits],
                    "matched_at": NOW,
                }
        return list(found.values())


def test_no_award_that_a_search_finds_is_missing_among_its_candidates(
    engine: Engine, session: Session
) -> None:
    stored = Stored(engine, session)

    @settings(max_examples=8, derandomize=True)
    @given(pairs=PAIRS, searches=SEARCHES, forget=st.booleans())
    def none_is_missing(
        *, pairs: Sequence[tuple[Canonical, Canonical]], searches: Sequence[Query], forget: bool
    ) -> None:
        stored.add(pairs)
        if forget:
            forget_words(session)
            while index_stored(session, limit=20):
                session.commit()
        for query in searches:
            stored.check(query)

    none_is_missing()


def test_candidates_are_few_and_come_last_changed_first(engine: Engine, session: Session) -> None:
    source = ListedSource([record(number) for number in range(1, 6)])
    run_sweep(engine, source, now=NOW)
    source.records[1]["abstract_text"] = "We study mice."
    source.records[2]["project_title"] = "Bones"
    run_sweep(engine, source, now=NOW + WEEK)
    assert ids(session, "title:cells state:AZ") == [3, 2, 5, 4, 1], "3 had the word before"
    assert ids(session, "mice") == [2]
    assert ids(session, "cells fy>=2027") == []
    assert ids(session, 'state:AZ "bones"') == [3]
    assert ids(session, "change:abstract_rewritten") == [2]
    assert candidate_ids(session, parse("title:cells"), ever=False, limit=2) == [3, 2]


def test_words_of_an_old_version_are_found_by_who_asks_for_the_past(
    engine: Engine, session: Session
) -> None:
    source = ListedSource([record(1, project_title="Bones"), record(2)])
    run_sweep(engine, source, now=NOW)
    source.records[0] |= {"project_title": "Muscles", "fiscal_year": 2027}
    run_sweep(engine, source, now=NOW + WEEK)
    source.records[0] |= {"award_amount": 1}
    run_sweep(engine, source, now=NOW + 2 * WEEK)
    assert ids(session, "title:bones fy=2026", ever=True) == [1]
    assert ids(session, "title:bones title:muscles", ever=True) == []
    assert ids(session, "title:muscles fy=2027") == [1]
    assert len(session.exec(select(AwardWords)).all()) == 3, "an amount brings no words"


def test_an_award_of_a_store_without_an_index_is_a_candidate_until_a_sweep_indexes_it(
    engine: Engine, session: Session
) -> None:
    source = ListedSource([record(1, project_title="Bones"), record(2), record(3)])
    run_sweep(engine, source, now=NOW)
    source.records[0]["project_title"] = "Muscles"
    run_sweep(engine, source, now=NOW + WEEK)
    forget_words(session)
    assert sorted(ids(session, "title:bones")) == [1, 2, 3]
    session.rollback()
    ingest(session, [record(3)], now=NOW + 2 * WEEK)  # indexes also those that no page names
    assert ids(session, "title:cells") == [3, 2]
    assert ids(session, "title:bones", ever=True) == [1]
    session.rollback()
    assert index_stored(session) == 0


@pytest.fixture
def many(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Give a store with more candidates than a search looks at one by one."""
    rows = [
        record(number, project_title="Cells of bones" if number % 4 else "Bones of cells")
        for number in range(1, 101)
    ]
    run_sweep(engine, ListedSource(rows), now=NOW)
    for name, value in (("SURE", 20), ("CHUNK", 5), ("MOST_READ", 40), ("SAMPLE", 30)):
        monkeypatch.setattr(searching, name, value)
    return engine


def test_how_many_are_found_among_very_many_is_reckoned(many: Engine) -> None:
    with open_reader(many) as session:
        found = search_projects(session, '"cells of bones"', limit=5)
    assert [hit.project.key for hit in found.hits][:2] == ["CA000099", "CA000098"]
    assert (len(found.hits), found.next_offset, found.is_exact) == (5, 5, False)
    assert found.looked_through == 100
    assert 60 <= found.count <= 90


def test_a_later_page_goes_on_where_the_first_ended(many: Engine) -> None:
    keys: list[str] = []
    offset: int | None = 0
    with open_reader(many) as session:
        while offset is not None and offset < 20:
            found = search_projects(session, '"cells of bones"', limit=10, offset=offset)
            keys += [hit.project.key for hit in found.hits]
            offset = found.next_offset
    assert keys == sorted(set(keys), reverse=True)
    assert len(keys) == 20


def test_a_search_that_finds_too_little_among_too_many_says_how_far_it_came(many: Engine) -> None:
    with open_reader(many) as session:
        found = search_projects(session, '"bones of cells"', limit=50)
    assert [hit.clauses[0].field for hit in found.hits] == ["project_title"] * 10
    assert (found.is_exact, found.looked_through, found.next_offset) == (False, 40, None)
    assert found.count >= len(found.hits)


def test_few_candidates_are_counted_exactly(many: Engine) -> None:
    with open_reader(many) as session:
        found = search_projects(session, '"bones of cells" project:CA000004')
    assert (found.count, found.is_exact, found.looked_through) == (1, True, 100)


def test_a_search_for_changes_finds_what_was_told_by_kind_and_severity(
    engine: Engine, session: Session
) -> None:
    source = ListedSource([record(1), record(2)])
    run_sweep(engine, source, now=NOW)
    source.records[0]["project_end_date"] = "2031-12-31T00:00:00"
    run_sweep(engine, source, now=NOW + WEEK)
    for search in ("change:extended", "severity:notable", "cells change:extended"):
        (hit,) = search_projects(session, search).hits
        assert hit.project.key == "CA000001"
    assert search_projects(session, "change:end_cut").hits == ()
    assert search_projects(session, "severity:critical OR title:bones").count == 0
