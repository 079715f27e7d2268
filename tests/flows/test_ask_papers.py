"""Many papers at once: pages, answers that do not add up, and rows that cannot be read."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from conftest import NOW
from sources import ListedSource, record
from sqlalchemy import Engine
from sqlmodel import select
from sweeps import run_sweep

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.errors import RetryableError
from tidings.flows.ask_papers import REACHABLE, ask_papers
from tidings.flows.read_papers import read_papers
from tidings.projects.models import Publication, Quarantine, SweepPage
from tidings.reporter.body import RawRow
from tidings.reporter.client import PublicationPage
from tidings.reporter.criteria import PublicationCriteria


@dataclass
class ListedPapers:
    """Answers from ``links``; ``spoil`` changes a page before it is given."""

    links: list[tuple[str, Any]]
    spoil: Callable[[list[Any]], list[Any]] = lambda rows: rows
    asked: list[tuple[tuple[str, ...], int]] = field(default_factory=list[Any])

    def search_publications(
        self, criteria: PublicationCriteria, *, offset: int = 0, limit: int = 500
    ) -> PublicationPage:
        self.asked.append((criteria.core_project_nums, offset))
        found = [one for one in self.links if one[0] in criteria.core_project_nums]
        rows = [{"coreproject": core, "pmid": pmid} for core, pmid in found]
        page = self.spoil(rows[offset : offset + limit])
        raw = tuple(RawRow(json.dumps(row).encode(), row) for row in page)
        return PublicationPage(len(found), offset, raw)


def many(core: str, count: int) -> list[tuple[str, Any]]:
    return [(core, pmid) for pmid in range(1, count + 1)]


def test_all_pages_are_read_until_the_count_is_reached() -> None:
    source = ListedPapers([*many("A", 600), *many("B", 450)])
    links = ask_papers(source, ("A", "B"), splits=True)
    assert [offset for _, offset in source.asked] == [0, 500, 1000]
    assert (len(links.papers["a"]), len(links.papers["b"]), links.is_whole) == (600, 450, True)


def test_what_moved_between_two_pages_is_not_whole() -> None:
    source = ListedPapers(many("A", 600), spoil=lambda rows: [rows[0], *rows[:-1]])
    assert not ask_papers(source, ("A",), splits=False).is_whole


def test_more_than_can_be_listed_is_given_up_at_once_if_fewer_can_be_asked_for() -> None:
    source = ListedPapers(many("A", REACHABLE + 1))
    assert not ask_papers(source, ("A", "B"), splits=True).is_whole
    assert len(source.asked) == 1
    alone = ask_papers(source, ("A",), splits=False)
    assert (len(alone.papers["a"]), alone.is_whole) == (REACHABLE, False)


def test_a_page_of_another_length_than_it_says_is_not_believed() -> None:
    source = ListedPapers(many("A", 3), spoil=lambda rows: rows[:-1])
    with pytest.raises(RetryableError):
        ask_papers(source, ("A",), splits=False)


def test_a_row_that_cannot_be_read_is_set_aside_and_spoils_its_own_project_alone(
    sqlite_engine: Engine,
) -> None:
    run_sweep(sqlite_engine, ListedSource([record(1), record(2), record(3)]), now=NOW)
    with open_session(sqlite_engine) as session:
        session.add_all(Publication(project_id=one, pmid=9, first_seen_at=NOW) for one in (1, 2))
        session.commit()
    papers = [("R01CA000001", 5), ("R01CA000001", "five"), ("R01CA000002", 6)]
    source = ListedPapers(papers)
    read_papers(sqlite_engine, source, settings=Settings(), now=NOW, seconds=60)
    with open_session(sqlite_engine) as session:
        links = {(one.project_id, one.pmid) for one in session.exec(select(Publication))}
        (aside,) = session.exec(select(Quarantine)).all()
        pages = session.exec(select(SweepPage)).all()
    assert links == {(1, 5), (1, 9), (2, 6)}  # nothing is taken from the project in doubt
    assert b"five" in aside.raw
    assert [len(numbers) for numbers, _ in source.asked] == [3, 1, 2]
    assert len([page for page in pages if page.appl_ids == []]) == 2
