"""Why a search does not find a document: what fails, what is there instead, and no more."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.searches.canonical import canonical_form
from tidings.searches.document import Document
from tidings.searches.evaluate import evaluate, holds
from tidings.searches.explain import (
    Failure,
    clause_in_words,
    failures,
    lacking,
    read_clause,
)
from tidings.searches.grammar import parse, parse_canonical
from tidings.searches.query import And, Near, Not, Or, Query
from tidings.searches.readback import in_words
from tidings.searches.simplify import simplified

STUDY: dict[str, Any] = {
    "project_title": "Stiff matrix in triple-negative breast cancer",
    "abstract_text": "We study the role of TGFβ in tumours.\nCells were studied in mice.",
    "terms": "<Immunotherapy><mouse model><Stage IV>",
    "contact_pi_name": "WU, BOGANG",
    "organization": {"org_name": "MAYO CLINIC ARIZONA", "org_state": "AZ"},
    "agency_ic_admin": {"abbreviation": "NCI", "code": "CA"},
    "activity_code": "R01",
    "fiscal_year": 2026,
    "award_amount": 400_000,
    "project_end_date": "2029-12-31",
    "geo_lat_lon": {"lat": 33.4942, "lon": -111.9261},
}
STUDY_NOW = Document(STUDY, {"extended"}, {"info"})
EMPTY = Document({"appl_id": 1})


def said(query: Query, document: Document = STUDY_NOW) -> list[str]:
    """Return the account of a query, a line a clause, alternatives behind a dash."""
    return _lines(failures(query, document))


def _lines(account: Sequence[Failure], dash: str = "") -> list[str]:
    lines: list[str] = []
    for one in account:
        lines += [f"{dash}{one.clause}: {one.because}", *_lines(one.inner, "- ")]
    return lines


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("trop2", "neither title, abstract nor terms hold it"),
        ("title:trop2", "the title does not hold it"),
        ("terms:zebra", "the terms do not hold it"),
        ("title:imm*", "the title does not hold it"),
        ("category:lung", "the record has no categories"),
        ('"cancers"', "only “cancer” is there"),
        ('title:"cancers"', "only “cancer” is in the title"),
        ('"negative triple"', "its words are there, but not one beside the other"),
        ('"negative lung cancer"', "“lung” is not there"),
        ('"stiff lung heart"', "“lung”, “heart” are not there"),
        ('"lung heart"', "neither title, abstract nor terms hold it"),
        ("state:MA", "the record says AZ"),
        ("ic:NIA", "the record says CA, NCI"),
        ("fy>=2027", "the record says 2026"),
        ("amount>1000000", "the record says $400,000"),
        ("end<2027-01-01", "the record says 31 Dec 2029"),
        ("change:end_cut", "what happened is extended"),
        ("severity:critical", "what happened is info"),
    ],
)
def test_a_clause_that_fails_is_said_with_what_is_there_instead(text: str, because: str) -> None:
    query = parse(text)
    (failure,) = failures(query, STUDY_NOW)
    assert failure.clause == canonical_form(query)
    assert failure.means == in_words(query)
    assert failure.because == because


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("trop2", "neither title, abstract nor terms hold it; the record has no title and no "),
        ("abstract:mice", "the record has no abstract"),
        ("state:MA", "the record does not say"),
        ("fy>=2027", "the record does not say"),
        ("change:end_cut", "nothing happened that is told"),
    ],
)
def test_what_the_record_does_not_have_is_said(text: str, because: str) -> None:
    (line,) = said(parse(text), EMPTY)
    assert because in line


def test_a_place_too_far_away_is_said_with_the_distance() -> None:
    near = Near("PHOENIX, AZ", 5)
    assert said(near)[0].endswith("miles away")
    assert holds(Near("PHOENIX, AZ", 50), STUDY_NOW)
    assert said(near, EMPTY)[0].endswith("the record does not say where")


def test_of_what_must_all_hold_only_what_fails_is_said() -> None:
    assert said(parse("title:breast state:MA cancer fy>=2027")) == [
        'state:"MA": the record says AZ',
        "fy>=2027: the record says 2026",
    ]


def test_what_must_not_be_there_is_shown_where_it_is() -> None:
    (failure,) = failures(parse("cancer NOT abstract:mice"), STUDY_NOW)
    (hit,) = failure.found
    assert failure.because == "found in the abstract"
    assert [hit.excerpt[start:end] for start, end in hit.spans] == ["mice"]


def test_of_what_must_not_hold_only_what_does_is_said() -> None:
    assert said(parse("cancer NOT (mice OR state:AZ OR lung)")) == [
        "NOT mice: found in the abstract",
        'NOT state:"AZ": the record says AZ',
    ]
    (both,) = failures(parse("cancer NOT (breast AND mice)"), STUDY_NOW)
    assert both.because == "all of this is so"
    assert [hit.field for hit in both.found] == ["project_title", "abstract_text"]


def test_what_is_not_not_so_fails_as_itself() -> None:
    assert said(Not(Not(parse("state:MA")))) == ['state:"MA": the record says AZ']


def test_alternatives_in_one_field_are_one_account() -> None:
    assert said(parse("state:(MA OR NY)")) == ['state:"MA" OR state:"NY": the record says AZ']
    (line,) = said(parse("title:(lung OR heart OR liver OR kidney)"))
    assert line.endswith(": the title does not hold any of them")


def test_a_few_alternatives_are_each_accounted_for() -> None:
    assert said(parse("lung OR state:MA")) == [
        'lung OR state:"MA": none of them holds',
        "- lung: neither title, abstract nor terms hold it",
        '- state:"MA": the record says AZ',
    ]


def test_of_many_alternatives_the_nearest_is_accounted_for() -> None:
    query = parse("(lung state:MA) OR (cancer state:MA) OR heart state:NY OR kidney state:NY")
    first, *rest = said(query)
    assert first.endswith("none of them holds; the nearest lacks")
    assert rest == ['- state:"MA": the record says AZ']
    assert lacking(query, STUDY_NOW) == 1


def test_a_stored_clause_is_said_in_words_and_one_of_another_time_as_it_stands() -> None:
    assert clause_in_words("title:trop2") == in_words(parse("title:trop2"))
    assert clause_in_words('change:"of_old"') == 'change:"of_old"'
    assert read_clause('change:"of_old"') is None


LEAVES = [
    *map(
        parse,
        (
            "cancer",
            "title:cancer",
            "lung",
            "abstract:mice",
            "terms:immuno*",
            '"mouse model"',
            '"negative triple"',
            "state:AZ",
            "state:MA",
            "ic:NCI",
            "fy>=2026",
            "fy<2026",
            "amount>1000",
            "end>2028-01-01",
            "change:extended",
            "severity:critical",
        ),
    ),
    Near("PHOENIX, AZ", 50),
    Near("PHOENIX, AZ", 5),
]


def _joined(parts: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
    several = st.lists(parts, min_size=2, max_size=4).map(tuple)
    return several.map(And) | several.map(Or) | parts.map(Not)


QUERIES: st.SearchStrategy[Query] = st.recursive(st.sampled_from(LEAVES), _joined, max_leaves=12)


def _with(names: set[str], kinds: set[str]) -> Document:
    return Document({name: STUDY[name] for name in sorted(names)}, kinds, {"info"})


DOCUMENTS = st.builds(
    _with,
    st.sets(st.sampled_from(sorted(STUDY))),
    st.sets(st.sampled_from(["extended", "end_cut"])),
)


@given(QUERIES, DOCUMENTS)
def test_the_account_is_empty_exactly_when_the_search_finds(
    query: Query, document: Document
) -> None:
    account = failures(query, document)
    assert (not account) == holds(query, document) == (lacking(query, document) == 0)


@given(QUERIES, DOCUMENTS)
def test_each_clause_that_is_named_is_false_on_its_own(query: Query, document: Document) -> None:
    named = [*failures(query, document)]
    while named:
        one = named.pop()
        assert not holds(parse_canonical(one.clause), document)
        named += one.inner
        for hit in one.found:
            assert holds(parse_canonical(hit.clause), document)


@given(QUERIES, DOCUMENTS)
def test_the_account_names_all_that_is_needed_and_no_more(query: Query, document: Document) -> None:
    query = simplified(query)  # as all that is saved
    account = {one.clause for one in failures(query, document)}
    assert would_hold(query, document, account) or not account
    for clause in account:
        assert not would_hold(query, document, account - {clause})


def would_hold(query: Query, document: Document, granted: set[str]) -> bool:
    """Say whether a query would hold if these clauses did."""
    if canonical_form(query) in granted:
        return True
    match query:
        case And(parts):
            return all(would_hold(part, document, granted) for part in parts)
        case Not(Or(parts)):
            return all(would_hold(Not(part), document, granted) for part in parts)
        case Not(Not(part)):
            return would_hold(part, document, granted)
        case _:
            return holds(query, document)


@given(QUERIES, DOCUMENTS)
def test_what_is_kept_of_a_find_is_true_of_the_document(query: Query, document: Document) -> None:
    for hit in evaluate(query, document) or ():
        assert holds(parse_canonical(hit.clause), document)
        for start, end in hit.spans:
            assert 0 <= start < end <= len(hit.excerpt)
