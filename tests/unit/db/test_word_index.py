"""The index of sets of words, on both databases."""

from collections.abc import Collection, Mapping, Sequence

import pytest
from conftest import NOW
from sqlalchemy import Engine, text
from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.db.word_index import (
    LONGEST_WORD,
    MOST_WORDS,
    AllOf,
    AnyOf,
    Begins,
    Has,
    Wanted,
    add_words,
    ids_having,
    is_word_index,
)
from tidings.projects.models import Award, Project
from tidings.searches.models import AwardWords

SETS: Mapping[int, Collection[str]] = {
    1: {"breast", "cancer", "t_cancer"},
    2: {"cancer", "cancers"},
    3: {"p_wu", "state_az"},
    4: (),
}


@pytest.fixture
def indexed(session: Session) -> Session:
    """Give a session on a database that has these sets."""
    store(session, SETS)
    return session


def store(session: Session, sets: Mapping[int, Collection[str]]) -> None:
    project = Project(key="A", title="", current_appl_id=1, first_seen_at=NOW, last_changed_at=NOW)
    session.add(project)
    session.flush()
    session.add(
        Award(
            appl_id=1, project_id=stored_id(project.id), project_num="", content_hash="", body=b"",
            first_seen_at=NOW, changed_at=NOW,
        )
    )  # fmt: skip
    session.flush()
    session.add_all(AwardWords(id=set_id, appl_id=1) for set_id in sets)
    session.flush()
    add_words(session, sets)


def found(session: Session, wanted: Wanted) -> set[int]:
    return set(session.connection().execute(ids_having(session, wanted)).scalars())


FINDS: Sequence[tuple[Wanted, set[int]]] = [
    (Has("cancer"), {1, 2}),
    (Has("cance"), set()),
    (Has("t_cancer"), {1}),
    (Begins("cance"), {1, 2}),
    (Begins("state_"), {3}),
    (AllOf((Has("cancer"), Has("breast"))), {1}),
    (AnyOf((Has("breast"), AllOf((Has("p_wu"), Begins("state"))))), {1, 3}),
    (AllOf((AnyOf((Has("breast"), Has("cancers"))), Has("cancer"))), {1, 2}),
]


@pytest.mark.parametrize(("wanted", "ids"), FINDS)
def test_sets_that_hold_all_or_any_of_some_words_are_found(
    indexed: Session, wanted: Wanted, ids: set[int]
) -> None:
    assert found(indexed, wanted) == ids


def test_a_long_word_is_found_by_how_it_begins(session: Session) -> None:
    word = "g" * 5000
    store(session, {1: {word}})
    assert found(session, Has(word)) == {1}
    assert found(session, Begins(word[:LONGEST_WORD] + "x")) == {1}
    assert found(session, Has(word[: LONGEST_WORD - 1])) == set()


def test_a_set_of_too_many_words_is_found_by_everything(session: Session) -> None:
    store(session, {1: {f"word{number}" for number in range(MOST_WORDS + 1)}, 2: {"other"}})
    assert found(session, Has("absent")) == {1}
    assert found(session, AllOf((Has("other"), Begins("oth")))) == {1, 2}


def test_as_many_words_as_a_search_may_have_are_asked_for_at_once(indexed: Session) -> None:
    many = tuple(Has(f"word{number}") for number in range(1000))
    assert found(indexed, AnyOf((*many, Has("breast")))) == {1}
    assert found(indexed, AllOf((*many, Has("breast")))) == set()
    deep: Wanted = Has("breast")
    for _ in range(40):
        deep = AnyOf((AllOf((deep, Has("cancer"))), Has("p_wu")))
    assert found(indexed, deep) == {1, 3}


def test_what_is_rolled_back_is_not_in_the_index(session: Session) -> None:
    store(session, {1: {"cancer"}})
    session.rollback()
    assert found(session, Has("cancer")) == set()


def test_postgresql_looks_at_the_index_also_for_a_word_of_nearly_every_set(
    postgresql_engine: Engine, engine: Engine
) -> None:
    if engine is not postgresql_engine:
        assert engine.dialect.name == "sqlite"  # its index is the table itself
        return
    with Session(engine) as session:
        rare = {number: {f"word{number}"} for number in range(1, 101)}
        store(session, rare | {number: {"cancer"} for number in range(101, 2001)})
        session.connection().execute(text("ANALYZE word_index"))
        asked = ids_having(session, Has("cancer")).compile(
            engine, compile_kwargs={"literal_binds": True}
        )
        plan = session.connection().execute(text(f"EXPLAIN {asked}".replace("%%", "%")))
        assert "ix_word_index_words" in "".join(plan.scalars())


@pytest.mark.parametrize(
    ("name", "is_it"),
    [("word_index", True), ("word_index_data", True), ("award_words", False), ("words", False)],
)
def test_its_tables_are_known_by_name(name: str, *, is_it: bool) -> None:
    assert is_word_index(name) is is_it
