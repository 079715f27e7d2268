"""The word index names every award that a search may find, on both databases."""

from datetime import timedelta

import pytest
from conftest import NOW
from sources import ListedSource, record
from sqlalchemy import Engine
from sqlmodel import Session, col, select, update
from sweeps import run_sweep

from tidings.flows import search_projects as searching
from tidings.flows.baseline import find_known
from tidings.flows.index_words import index_stored
from tidings.flows.search_projects import search_projects
from tidings.projects.models import Award
from tidings.projects.queries import canonical_of
from tidings.searches.canonical import canonical_form
from tidings.searches.document import Document
from tidings.searches.evaluate import holds
from tidings.searches.grammar import parse
from tidings.searches.store_queries import candidate_ids

WEEK = timedelta(weeks=1)
RECORDS = [
    record(1),
    record(2, project_title="Bones of mice", abstract_text="TGF-β in triple-negative tumours"),
    record(3, project_title="Bones", fiscal_year=2023, award_amount=None, terms="<stem cells>"),
    record(4, agency_ic_admin={"code": "AG", "abbreviation": "NIA"}, activity_code="K99"),
    record(5, organization={"org_name": "UCSD", "org_state": "CA", "org_city": "LA JOLLA"}),
    record(6, geo_lat_lon={"lat": 33.5, "lon": -111.9}, project_end_date="2027-03-31T00:00:00"),
]
SEARCHES = [
    "cells", "studying", '"stem cells"', "stem*", "title:bone", "abstract:tgf", "NOT mice state:AZ",
    "bones OR ic:NIA", "(bones AND NOT mice) OR activity:K99", "fy:2023", "amount<1m", "end<2028",
    "project:CA000002", "city:jolla", 'near:"Scottsdale, AZ" within 20mi', "pi:wu org:mayo",
    "(fy>=2026 OR terms:stem) AND NOT title:cells", '"triple-negative"',
]  # fmt: skip


@pytest.fixture
def source(engine: Engine) -> ListedSource:
    """Give a source that was read once."""
    listed = ListedSource(list(RECORDS))
    run_sweep(engine, listed, now=NOW)
    return listed


def hits(session: Session, text: str) -> set[int]:
    """Return what the oracle finds in the whole store."""
    query = parse(text)
    awards = session.exec(select(Award)).all()
    return {one.appl_id for one in awards if holds(query, Document(canonical_of(one)))}


@pytest.mark.usefixtures("source")
def test_every_award_that_a_search_finds_is_a_candidate_and_is_known(
    engine: Engine, session: Session
) -> None:
    canonicals = {text: canonical_form(parse(text)) for text in SEARCHES}
    known = find_known(engine, list(canonicals.values()), now=NOW)
    for text, canonical in canonicals.items():
        found = hits(session, text)
        assert found <= set(candidate_ids(session, parse(text), ever=False)), text
        assert found <= set(candidate_ids(session, parse(text), ever=True)), text
        assert {row["appl_id"] for row in known[canonical]} == found, text
        assert search_projects(session, text).count == len(found), text
    assert sum(len(hits(session, text)) for text in SEARCHES) > len(SEARCHES), "some find much"


@pytest.mark.usefixtures("source")
def test_the_index_spares_most_awards(session: Session) -> None:
    assert candidate_ids(session, parse("title:bone"), ever=False) == [3, 2]
    assert candidate_ids(session, parse("title:bone fy:2023"), ever=False, limit=5) == [3]
    assert candidate_ids(session, parse('near:"Scottsdale, AZ" within 20mi'), ever=False) == [6]


def test_an_award_is_found_by_new_words_at_once_and_by_old_ones_when_the_past_is_asked(
    engine: Engine, session: Session, source: ListedSource
) -> None:
    source.records[0] = record(1, project_title="How zebras age")
    run_sweep(engine, source, now=NOW + WEEK)
    assert search_projects(session, "title:zebra").count == 1
    assert search_projects(session, "title:cells").count == 3
    assert 1 in candidate_ids(session, parse("title:cells"), ever=True)


@pytest.mark.usefixtures("source")
def test_an_award_of_an_older_store_is_a_candidate_of_all_until_it_is_indexed(
    session: Session,
) -> None:
    session.exec(update(Award).where(col(Award.appl_id) == 2).values(is_indexed=False))
    session.commit()
    assert set(candidate_ids(session, parse("title:zebra"), ever=False)) == {2}
    assert search_projects(session, "title:zebra").count == 0

    assert index_stored(session) == 1
    assert index_stored(session) == 0
    session.commit()
    assert candidate_ids(session, parse("title:zebra"), ever=False) == []
    assert 2 in candidate_ids(session, parse("title:mouse OR title:mice"), ever=False)


@pytest.mark.usefixtures("source")
def test_a_count_beyond_what_is_looked_at_is_reckoned_and_says_so(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, number in (("SURE", 2), ("CHUNK", 1), ("MOST_READ", 2), ("SAMPLE", 4)):
        monkeypatch.setattr(searching, name, number)
    found = search_projects(session, "fy>=2020", limit=1)
    assert (found.count, found.is_exact, len(found.hits)) == (6, False, 1)
    assert found.next_offset == 1
