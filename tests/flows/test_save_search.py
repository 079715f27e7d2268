"""Searches that readers save, and those that they try."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from builders import make_reader
from conftest import NOW
from sources import ListedSource, record
from sqlalchemy import Engine
from sqlmodel import Session, select
from sweeps import run_sweep

from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.errors import QueryError, RejectedError
from tidings.flows import save_search as saving
from tidings.flows.match_changes import match_changes
from tidings.flows.save_search import save_search
from tidings.flows.search_projects import search_projects
from tidings.notices.models import Notice
from tidings.searches.models import Match, SavedSearch, Search
from tidings.subscribers.models import Cadence, DigestSchedule, SubscriberState


def save(session: Session, reader: int, text: str, cadence: Cadence = Cadence.WEEKLY) -> int:
    saved = save_search(
        session, subscriber_id=reader, name=text, text=text, cadence=cadence, now=NOW
    )
    return stored_id(saved.id)


@pytest.fixture
def reader(session: Session) -> int:
    return stored_id(make_reader(session).id)


def test_two_ways_to_type_a_search_are_one_row_of_a_reader_and_one_search(
    session: Session, reader: int
) -> None:
    first = save(session, reader, "breast cancer")
    second = save(session, reader, "cancer AND breast", Cadence.DAILY)
    assert first == second
    (row,) = session.exec(select(SavedSearch)).all()
    assert (row.text, row.cadence) == ("cancer AND breast", Cadence.DAILY)
    assert len(session.exec(select(Search)).all()) == 1


def test_two_readers_share_a_search(session: Session, reader: int) -> None:
    other = stored_id(make_reader(session, "other").id)
    assert save(session, reader, "cells") != save(session, other, "Cells")
    assert len(session.exec(select(Search)).all()) == 1


def test_saving_gives_the_reader_the_time_of_a_digest(session: Session, reader: int) -> None:
    save(session, reader, "cells")
    (schedule,) = session.exec(select(DigestSchedule)).all()
    assert (schedule.subscriber_id, schedule.cadence) == (reader, Cadence.WEEKLY)


def test_what_it_finds_already_is_noted_with_why(
    engine: Engine, session: Session, reader: int
) -> None:
    run_sweep(engine, ListedSource([record(1), record(2, project_title="Bones")]), now=NOW)
    save(session, reader, "title:cells")
    (match,) = session.exec(select(Match)).all()
    assert (match.appl_id, match.sweep_id) == (1, None)
    assert match.clauses[0]["clause"] == "title:cells"


def test_a_search_that_does_not_parse_leaves_nothing(session: Session, reader: int) -> None:
    with pytest.raises(QueryError):
        save(session, reader, "title:")
    assert session.exec(select(Search)).all() == []


def test_nobody_saves_a_search_before_they_confirm(session: Session) -> None:
    pending = make_reader(session, "pending", state=SubscriberState.PENDING)
    with pytest.raises(RejectedError, match="confirmed"):
        save(session, stored_id(pending.id), "cells")


def test_stored_studies_are_found_the_last_changed_first(engine: Engine, session: Session) -> None:
    run_sweep(engine, ListedSource([record(1), record(2), record(3, project_title="?")]), now=NOW)
    found = search_projects(session, "title:cells")
    assert [hit.project.key for hit in found.hits] == ["CA000002", "CA000001"]
    assert found.looked_through == 3
    assert (found.count, found.is_exact, found.next_offset) == (2, True, None)


def test_stored_studies_are_found_page_by_page(engine: Engine, session: Session) -> None:
    run_sweep(engine, ListedSource([record(1), record(2), record(3, project_title="?")]), now=NOW)
    first = search_projects(session, "title:cells", limit=1)
    assert [hit.project.key for hit in first.hits] == ["CA000002"]
    assert (first.count, first.looked_through, first.next_offset) == (2, 3, 1)
    second = search_projects(session, "title:cells", limit=1, offset=1)
    assert [hit.project.key for hit in second.hits] == ["CA000001"]
    assert second.next_offset is None


def test_a_search_for_changes_looks_at_what_happened(engine: Engine, session: Session) -> None:
    source = ListedSource([record(1), record(2)])
    run_sweep(engine, source, now=NOW)
    assert search_projects(session, "change:extended").hits == ()


def test_what_is_matched_while_the_store_is_read_for_a_new_search_is_told_once(
    engine: Engine, session: Session, reader: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = ListedSource([record(1)])
    run_sweep(engine, source, now=NOW)
    save(session, reader, "title:cells")
    really_read = saving.find_known

    def read_while_a_sweep_is_matched(
        engine: Engine, canonicals: Sequence[str], *, now: datetime
    ) -> Mapping[str, list[dict[str, Any]]]:
        found = really_read(engine, canonicals, now=now)
        source.records.append(record(2, project_title="Cells and bones"))
        run_sweep(engine, source, now=NOW + timedelta(weeks=1))
        with open_session(engine) as other:
            match_changes(other, now=NOW + timedelta(weeks=1))
        return found

    monkeypatch.setattr(saving, "find_known", read_while_a_sweep_is_matched)
    late = stored_id(make_reader(session, "late").id)
    save(session, late, "bones")
    for _ in range(2):
        match_changes(session, now=NOW + timedelta(weeks=1))
    told = [notice.subscriber_id for notice in session.exec(select(Notice)).all()]
    assert sorted(told) == [reader, late]


def test_what_came_while_a_search_was_paused_was_not_asked_for(
    session: Session, reader: int
) -> None:
    save(session, reader, "cells", Cadence.PAUSED)
    save(session, reader, "cells", Cadence.DAILY)
    assert session.exec(select(SavedSearch)).one().muted_until == NOW
