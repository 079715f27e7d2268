"""The searches that a process keeps in memory are those that the database has."""

from collections.abc import Iterator, Sequence
from typing import Any

import structlog
from builders import make_reader
from conftest import NOW
from sources import ListedSource, record
from sqlalchemy import Engine
from sqlmodel import Session, select
from sweeps import run_sweep

from tidings.db.base import stored_id
from tidings.flows.match_changes import match_changes
from tidings.flows.save_search import save_search
from tidings.notices.models import Notice
from tidings.projects.models import Change
from tidings.searches.canonical import search_hash
from tidings.searches.catalogue import RECENT, Catalogue
from tidings.searches.document import Document
from tidings.searches.engine import Engine as Matcher
from tidings.searches.engine import Features
from tidings.searches.models import Match, Search
from tidings.subscribers.models import Cadence

AWARDS = [
    Document({"project_title": "Cells that age", "organization": {"org_state": "AZ"}}),
    Document({"project_title": "A vaccine trial", "organization": {"org_state": "CA"}}),
]


def store(session: Session, search_id: int, text: str, tree: list[Any] | None = None) -> None:
    """Store a search under a number, as old releases did where there is no tree."""
    name = search_hash(text)
    session.add(Search(id=search_id, canonical=text, hash=name, tree=tree, created_at=NOW))
    session.commit()


def found(catalogue: Catalogue, session: Session) -> set[tuple[int, int]]:
    return set(catalogue.find(session, AWARDS))


def test_a_search_is_there_at_once_also_one_whose_number_comes_late(session: Session) -> None:
    catalogue = Catalogue()
    store(session, 5, "cells", ["w", "text", "cells"])
    assert found(catalogue, session) == {(5, 0)}

    store(session, 9, 'state:"CA"')
    store(session, 3, "vaccine", ["w", "text", "vaccine"])
    assert found(catalogue, session) == {(5, 0), (9, 1), (3, 1)}
    assert found(catalogue, session) == {(5, 0), (9, 1), (3, 1)}, "nothing is there twice"


def test_what_came_is_read_once_however_many_searches_there_are(session: Session) -> None:
    catalogue = Catalogue()
    store(session, 1, "cells", ["w", "text", "cells"])
    store(session, 2 * RECENT, "vaccine", ["w", "text", "vaccine"])
    assert found(catalogue, session) == {(1, 0), (2 * RECENT, 1)}

    store(session, 2 * RECENT + 1, 'state:"AZ"', [":", "state", "AZ"])
    wanted = {(1, 0), (2 * RECENT, 1), (2 * RECENT + 1, 0)}
    assert found(catalogue, session) == wanted
    assert set(catalogue.find(session, AWARDS[:1])) == {(1, 0), (2 * RECENT + 1, 0)}


class Mistaken(Matcher):
    """Says that every search holds everywhere."""

    def pairs(self, documents: Sequence[Features]) -> Iterator[tuple[int, int]]:
        yield from ((1, position) for position in range(len(documents)))


def test_what_the_engine_finds_and_the_search_does_not_is_told_to_nobody_and_logged(
    engine: Engine, session: Session
) -> None:
    source = ListedSource([record(1)])
    run_sweep(engine, source, now=NOW)
    reader = stored_id(make_reader(session).id)
    save_search(
        session, subscriber_id=reader, name="", text="zebra", cadence=Cadence.DAILY, now=NOW
    )
    source.records.append(record(2, project_title="Cells that remember"))
    run_sweep(engine, source, now=NOW)

    with structlog.testing.capture_logs() as logs:
        match_changes(session, now=NOW, catalogue=Catalogue(Mistaken()))

    assert [(line["event"], line["appl_id"]) for line in logs if line["log_level"] == "error"] == [
        ("search.disagreed", 2)
    ]
    assert session.exec(select(Notice)).all() == []
    assert session.exec(select(Match)).all() == []
    assert all(change.processed_at for change in session.exec(select(Change)))
