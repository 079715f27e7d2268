"""What a search finds, and how it says why."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.errors import QueryError
from tidings.searches.canonical import canonical_form, search_hash
from tidings.searches.document import Document
from tidings.searches.evaluate import EXCERPT, evaluate, holds
from tidings.searches.grammar import parse, parse_canonical
from tidings.searches.query import And, Comparison, Not, NumberField, Or, Query, Word
from tidings.searches.readback import read_back

STUDY: dict[str, Any] = {
    "project_title": "Stiff matrix in triple-negative breast cancer",
    "abstract_text": "We study the role of TGFβ in tumours.\nCells were studied in mice.",
    "terms": "<Immunotherapy><mouse model><Stage IV>",
    "pref_terms": "Cancer Biology;Collagen",
    "contact_pi_name": "WU, BOGANG",
    "principal_investigators": [{"full_name": "José García"}],
    "organization": {"org_name": "MAYO CLINIC ARIZONA", "org_state": "AZ"},
    "agency_ic_admin": {"abbreviation": "NCI", "code": "CA"},
    "activity_code": "R01",
    "fiscal_year": 2026,
    "award_amount": 400_000,
}


@pytest.mark.parametrize(
    "text",
    [
        "cancer",
        "cancers",
        "studies",
        '"triple negative breast cancer"',
        "triple-negative",
        '"tgf beta"',
        "TGF-beta",
        "immuno*",
        "title:stiff",
        "abstract:mice",
        "terms:collagen",
        'terms:"mouse model"',
        "pi:wu",
        "pi:garcia",
        'org:"mayo clinic"',
        "state:AZ ic:NCI activity:R01 fy>=2026 amount>399999",
        "ic:ca",
        "cancer NOT lung",
        "lung OR (breast AND title:matrix)",
        "change:(end_cut OR reversed)",
    ],
)
def test_it_finds(text: str) -> None:
    assert evaluate(parse(text), Document(STUDY, {"end_cut"}))


@pytest.mark.parametrize(
    "text",
    [
        "lung",
        '"cancers"',
        '"negative triple"',
        '"model stage"',  # of two terms: no phrase reaches from one into the other
        '"cancer we"',  # of title and abstract
        "title:mice",
        "abstract:stiff",
        "state:A",
        "fy<2026",
        "amount>400000",
        "cancer NOT breast",
        "change:extended",
        "collagens*",
    ],
)
def test_it_does_not_find(text: str) -> None:
    assert evaluate(parse(text), Document(STUDY, {"end_cut"})) is None


def test_a_record_without_an_amount_is_neither_above_nor_below_any() -> None:
    empty = Document({})
    assert not holds(parse("amount<5"), empty)
    assert not holds(parse("amount>5"), empty)


def test_a_hit_names_clause_and_field_and_marks_the_words() -> None:
    hits = evaluate(parse("cancer state:AZ (lung OR mice) NOT rats"), Document(STUDY))
    assert hits is not None
    assert [hit.clause for hit in hits] == ["cancer", 'state:"AZ"', "mice"]
    assert [hit.field for hit in hits] == ["project_title", "organization", "abstract_text"]
    start, end = hits[0].spans[0]
    assert hits[0].excerpt[start:end] == "cancer"


words = st.sampled_from(["tumor", "cancer", "lung", "breast", "cells"])
queries = st.recursive(
    st.one_of(
        words.map(lambda word: Word("text", word)),
        words.map(lambda word: Word("title", word)),
        st.integers(2020, 2026).map(lambda year: Comparison(NumberField.FY, ">=", year)),
    ),
    lambda parts: st.one_of(
        st.lists(parts, min_size=1, max_size=3).map(lambda some: And(tuple(some))),
        st.lists(parts, min_size=1, max_size=3).map(lambda some: Or(tuple(some))),
        parts.map(lambda part: And((Word("text", "cancer"), Not(part)))),
    ),
    max_leaves=8,
)
documents = st.fixed_dictionaries(
    {
        "project_title": st.lists(words, max_size=4).map(" ".join),
        "abstract_text": st.lists(words, max_size=60).map(" ".join),
        "fiscal_year": st.integers(2019, 2027),
    }
).map(Document)


@given(queries)
def test_the_canonical_form_is_its_own_canonical_form(query: Query) -> None:
    canonical = canonical_form(query)
    assert canonical_form(parse_canonical(canonical)) == canonical


@given(queries, documents)
def test_the_canonical_form_finds_the_same(query: Query, document: Document) -> None:
    assert holds(parse_canonical(canonical_form(query)), document) == holds(query, document)


@given(queries, documents)
def test_an_excerpt_is_short_and_its_marks_lie_inside(query: Query, document: Document) -> None:
    for hit in evaluate(query, document) or ():
        assert len(hit.excerpt) <= EXCERPT
        assert all(0 <= start < end <= len(hit.excerpt) for start, end in hit.spans)


@pytest.mark.parametrize(
    ("typed", "other"),
    [
        ("breast cancer", "cancer AND Breast"),
        ("cancer OR cancer", "CANCER"),
        ("title:(lung OR breast)", "(title:breast) OR title:lung"),
        ("(a (b c))", "c b a a"),
    ],
)
def test_searches_that_ask_the_same_are_one(typed: str, other: str) -> None:
    first, second = canonical_form(parse(typed)), canonical_form(parse(other))
    assert search_hash(first) == search_hash(second)


def test_a_search_reads_back_in_words() -> None:
    query = parse('title:"breast cancer" state:AZ (fy>=2024 OR amount>1000) NOT pi:wu')
    assert read_back(query) == (
        "exactly “breast cancer” in the title and state AZ and (fiscal year is at least 2024 or "
        "amount is over $1,000) and not “wu” as investigator"
    )


@pytest.mark.parametrize("typed", ["lung And breast", "Or", "NOT x"])
def test_what_is_refused_is_refused_before_it_is_stored(typed: str) -> None:
    with pytest.raises(QueryError):
        parse(typed)
