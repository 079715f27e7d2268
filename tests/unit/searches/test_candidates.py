"""What is indexed of an award, and what a search needs to find there."""

import operator
from typing import Any

import pytest
from hypothesis import given
from queries import any_queries, documents, records

from tidings.db.word_index import AllOf, AnyOf, Begins, Has
from tidings.searches.candidates import (
    RECORD_FIELDS,
    Condition,
    Every,
    Happened,
    Some,
    indexed_words,
    needed,
)
from tidings.searches.document import Document
from tidings.searches.evaluate import holds
from tidings.searches.grammar import parse
from tidings.searches.query import Comparison, Query

COMPARE = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
RECORD: dict[str, Any] = {
    "appl_id": 7,
    "project_title": "Immune cells in TNBC",
    "abstract_text": "Tumors were studied with care.",
    "terms": "<Breast Cancer><Mammary>",
    "contact_pi_name": "STERN, ADA",
    "organization": {"org_name": "MAYO CLINIC", "org_city": "PHOENIX", "org_state": "AZ"},
    "agency_ic_admin": {"abbreviation": "NCI", "code": "CA"},
    "activity_code": "R01",
    "project_num": "1R01CA286969-01",
    "project_serial_num": "CA286969",
    "geo_lat_lon": {"lat": 33.5, "lon": -111.9},
}


class Watched(dict[str, Any]):
    """A record that notes which of its fields are read."""

    seen: frozenset[str] = frozenset()

    def __getitem__(self, name: str) -> Any:
        """Note a field that has to be there."""
        self.seen |= {name}
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """Note a field that may be there."""
        self.seen |= {name}
        return super().get(name, default)


def fits(condition: Condition, document: Document, words: frozenset[str]) -> bool:
    """Do what the databases do."""
    match condition:
        case Has(word):
            return word in words
        case Begins(prefix):
            return any(word.startswith(prefix) for word in words)
        case AllOf(parts) | Every(parts):
            return all(fits(part, document, words) for part in parts)
        case AnyOf(parts) | Some(parts):
            return any(fits(part, document, words) for part in parts)
        case Comparison(field, compare, number):
            found = document.number(field)[1]
            return found is not None and COMPARE[compare](found, number)
        case Happened(value):
            return value.value in document.value(value.field).values


@given(any_queries(), documents())
def test_whatever_a_search_finds_has_what_the_search_needs(
    query: Query, document: Document
) -> None:
    if holds(query, document):
        for ever in (False, True):
            condition = needed(query, ever=ever)
            assert condition is None or fits(condition, document, indexed_words(document))


@given(records())
def test_the_words_depend_on_no_other_field_of_the_record(record: dict[str, Any]) -> None:
    watched = Watched(record)
    words = indexed_words(Document(watched))
    assert watched.seen <= RECORD_FIELDS
    bare = {name: value for name, value in record.items() if name in RECORD_FIELDS}
    assert indexed_words(Document(bare)) == words


def test_words_are_indexed_as_they_are_and_as_stems_and_by_field() -> None:
    words = indexed_words(Document(RECORD))
    assert {"studied", "studi", "tumors", "tumor", "mammary", "t_cells", "t_cell"} <= words
    assert {"p_stern", "o_mayo", "y_phoenix", "state_az", "ic_nci", "ic_ca"} <= words
    assert {"activity_r01", "project_ca286969", "project_1r01ca28696901", "at_123_68"} <= words
    assert {"stern", "mayo", "phoenix", "t_mammary"}.isdisjoint(words)


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("studies", Has("studi")),
        ("title:studies", Has("t_studi")),
        ('"breast cancers"', AllOf((Has("breast"), Has("cancers")))),
        ("immuno*", Begins("immuno")),
        ("cells NOT mouse", Has("cell")),
        ("cells state:AZ ic:NCI", AllOf((Has("cell"), Has("state_az"), Has("ic_nci")))),
        ("cells OR pi:stern", AnyOf((Has("cell"), Has("p_stern")))),
    ],
)
def test_what_a_search_needs(text: str, condition: Condition) -> None:
    assert needed(parse(text)) == condition


def test_columns_stand_beside_the_words_and_say_nothing_of_older_versions() -> None:
    query = parse("cells (fy>=2026 OR state:AZ)")
    assert needed(query, ever=True) == Has("cell")
    condition = needed(query)
    assert isinstance(condition, Every)
    assert condition.parts[0] == Has("cell")
    assert isinstance(condition.parts[1], Some)


def test_what_happened_says_nothing_of_older_versions() -> None:
    query = parse("change:end_cut severity:critical")
    assert needed(query, ever=True) is None
    assert isinstance(needed(query), Every)


@pytest.mark.parametrize("text", ["NOT mouse state:AZ OR NOT cells fy>=2026", "fy>=2020 NOT cells"])
def test_an_alternative_that_words_do_not_narrow_leaves_columns_alone(text: str) -> None:
    assert needed(parse(text)) is not None
    assert needed(parse(text), ever=True) is None
