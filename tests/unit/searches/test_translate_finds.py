"""RePORTER, as the sandbox plays it, finds all that a search of ours finds, and says where not."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import orjson
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tidings.projects.canonicalise import canonical_fields
from tidings.sandbox.asked import PROJECT_CRITERIA, read_request
from tidings.sandbox.corpus import Corpus
from tidings.sandbox.matching import select
from tidings.searches.document import Document
from tidings.searches.evaluate import holds
from tidings.searches.query import (
    And,
    Comparison,
    DateField,
    Leaf,
    Near,
    Not,
    NumberField,
    Or,
    Phrase,
    Prefix,
    Query,
    TextField,
    Value,
    ValueField,
    Word,
)
from tidings.searches.translate import translate

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
RECORDS = Corpus(seed=5, size=40).records(NOW)
TEXTS = ("text", "text", TextField.TITLE, TextField.ABSTRACT, TextField.TERMS)


@cache
def documents() -> dict[int, Document]:
    return {record["appl_id"]: Document(canonical_fields(record)) for record in RECORDS}


@cache
def words_in(*fields: str) -> list[str]:
    passages = (p for one in documents().values() for field in fields for p in one.passages(field))
    return sorted({word for passage in passages for word in passage.sequence})


@cache
def phrases() -> list[tuple[str, ...]]:
    passages = [list(p.sequence) for one in documents().values() for p in one.passages("title")]
    return sorted(
        {
            tuple(p[at : at + size])
            for p in passages
            for at in range(len(p) - 3)
            for size in (1, 2, 3)
        }
    )


def ordinal(day: str) -> int:
    return date.fromisoformat(day[:10]).toordinal()


@cache
def values() -> list[Value | Near]:
    found: set[Value] = {
        value
        for record in RECORDS
        for value in (
            Value(ValueField.STATE, record["organization"]["org_state"] or "AZ"),
            Value(ValueField.IC, record["agency_ic_admin"]["abbreviation"]),
            Value(ValueField.IC, record["agency_ic_admin"]["code"]),
            Value(ValueField.ACTIVITY, record["activity_code"]),
            Value(ValueField.PROJECT, record["core_project_num"]),
        )
    }
    unsaid = (Value(ValueField.CHANGE, "end_cut"), Near("PHOENIX, AZ", 50))
    return [*sorted(found, key=rank), *unsaid]


def rank(value: Value) -> tuple[str, str]:
    return value.field, value.value


@cache
def numbers() -> list[tuple[NumberField | DateField, int]]:
    found: set[tuple[NumberField | DateField, int]] = {
        pair
        for record in RECORDS
        for pair in (
            (NumberField.FY, record["fiscal_year"]),
            (NumberField.AMOUNT, record["award_amount"] or 5),
            (DateField.START, ordinal(record["project_start_date"])),
            (DateField.END, ordinal(record["project_end_date"])),
        )
    }
    return sorted(found)


def comparison(pair: tuple[NumberField | DateField, int], operator: Any) -> Comparison:
    return Comparison(pair[0], operator, pair[1])


def leaves_of(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Leaf]:
    word = st.sampled_from(words_in("title", "abstract", "terms"))
    name = st.sampled_from(words_in("pi")).map(lambda one: Word(TextField.PI, one))
    home = st.sampled_from(words_in("org")).map(lambda one: Word(TextField.ORG, one))
    return st.one_of(
        st.builds(Word, texts, word),
        st.builds(Phrase, texts, st.sampled_from(phrases())),
        st.builds(Prefix, texts, word.filter(lambda one: len(one) > 4).map(lambda one: one[:4])),
        st.sampled_from(values()),
        st.builds(
            comparison, st.sampled_from(numbers()), st.sampled_from(["=", "<", "<=", ">", ">="])
        ),
        name,
        home,
    )


def joined(parts: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
    several = st.lists(parts, min_size=2, max_size=3).map(tuple)
    return st.one_of(parts.map(Not), several.map(And), several.map(Or))


def queries(*fields: str) -> st.SearchStrategy[Query]:
    texts = st.sampled_from(fields)
    return st.recursive(leaves_of(texts), joined, max_leaves=6)


def asked(criteria: Any) -> set[int]:
    request = read_request(orjson.dumps({"criteria": criteria}), PROJECT_CRITERIA)
    return {record["appl_id"] for record in select(RECORDS, request.criteria)}


def found(query: Query) -> set[int]:
    return {number for number, document in documents().items() if holds(query, document)}


def with_equal_terms() -> set[int]:
    """Return the awards of which RePORTER has both kinds of terms, or neither."""
    return {r["appl_id"] for r in RECORDS if (r["terms"] is None) == (r["pref_terms"] is None)}


BREAST = Word("text", "breast")


@given(queries(*TEXTS))
@example(And((BREAST, Not(Or((Value(ValueField.STATE, "AZ"), Word("text", "cells")))))))
@example(Or((And((BREAST, Value(ValueField.STATE, "AZ"))), Word("text", "cells"))))
@example(And((Word(TextField.TITLE, "breast"), Not(Word(TextField.ABSTRACT, "cells")))))
@settings(max_examples=150)
def test_what_we_find_reporter_finds_too(query: Query) -> None:
    translation = translate(query, today=NOW.date())
    if not translation.criteria:
        return
    missing = found(query) - asked(translation.criteria)
    assert not missing or translation.differs
    assert not missing & with_equal_terms()


@given(queries(TextField.TITLE))
@settings(max_examples=100)
def test_where_nothing_is_left_out_and_no_rule_differs_both_find_the_same(query: Query) -> None:
    translation = translate(query, today=NOW.date())
    if translation.left_out or translation.differs:
        return
    besides = asked(translation.criteria) - found(query)
    assert not besides or any_of(query, lambda leaf: isinstance(leaf, Phrase))


@given(queries(*TEXTS))
@settings(max_examples=100)
def test_what_is_surely_asked_of_a_part_holds_wherever_the_part_does(query: Query) -> None:
    for clause in translate(query, today=NOW.date()).clauses:
        if clause.asked is not None and clause.asked != clause.part:
            assert found(clause.part) <= found(clause.asked)


def any_of(query: Query, test: Callable[[Leaf], bool]) -> bool:
    match query:
        case Not(part):
            return any_of(part, test)
        case And(parts) | Or(parts):
            return any(any_of(part, test) for part in parts)
        case _:
            return test(query)
