"""The parts of a result: each counted once, each a search that keeps just those."""

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from queries import queries

from tidings.searches.canonical import canonical_form
from tidings.searches.facets import ENDED, FIRST, MOST, RUNNING, Field, Part, Traits, facets_of
from tidings.searches.grammar import MAX_LENGTH, parse
from tidings.searches.query import And, Query
from tidings.searches.writing import written

TODAY = date(2026, 11, 25)
ARIZONA = Traits("NCI", "AZ", "R01", 2026, date(2029, 12, 31))
OREGON = Traits("NIA", "OR", "R21", 2025, date(2025, 6, 30))


def parts(text: str, field: Field, met: Sequence[Traits]) -> Sequence[Part]:
    facets = {one.field: one for one in facets_of(text, met, today=TODAY)}
    return (*facets[field].parts, *facets[field].more) if field in facets else ()


def test_each_study_counts_once_by_each_field_and_the_largest_part_is_first() -> None:
    met = [ARIZONA, ARIZONA, OREGON]
    found = {
        one.field: [(part.value, part.count) for part in one.parts]
        for one in facets_of("cells", met, today=TODAY)
    }
    assert found == {
        Field.INSTITUTE: [("NCI", 2), ("NIA", 1)],
        Field.STATE: [("AZ", 2), ("OR", 1)],
        Field.KIND: [("R01", 2), ("R21", 1)],
        Field.YEAR: [("2026", 2), ("2025", 1)],
        Field.END: [(RUNNING, 2), (ENDED, 1)],
    }


def test_those_of_a_sample_stand_for_many() -> None:
    facets = facets_of("cells", [ARIZONA], [OREGON, OREGON], weight=2.5, today=TODAY)
    assert [(part.value, part.count) for part in facets[0].parts] == [("NIA", 5), ("NCI", 1)]


def test_what_tells_no_studies_apart_is_left_out_unless_it_was_chosen() -> None:
    assert facets_of("cells", [ARIZONA, ARIZONA], today=TODAY) == ()
    (chosen,) = facets_of("cells AND ic:NCI", [ARIZONA], today=TODAY)
    assert chosen.parts == (Part("NCI", 1, "cells", is_chosen=True),)


@pytest.mark.parametrize(
    ("typed", "longer"),
    [
        ("stiff tissue", "stiff tissue AND state:OR"),
        ("a1 OR b2", "(a1 OR b2) AND state:OR"),
        ("NOT mice cells", "NOT mice cells AND state:OR"),
        ("“stiff tissue”", "“stiff tissue” AND state:OR"),
        ("(a1 OR b2)", "((a1 OR b2)) AND state:OR"),
    ],
)
def test_a_part_is_kept_by_the_search_as_it_was_typed_and_taken_away_again(
    typed: str, longer: str
) -> None:
    added = next(one for one in parts(typed, Field.STATE, [ARIZONA, OREGON]) if one.value == "OR")
    assert (added.text, added.is_chosen) == (longer, False)
    (gone,) = (one for one in parts(longer, Field.STATE, [OREGON]) if one.is_chosen)
    assert gone.text is not None
    assert canonical_form(parse(gone.text)) == canonical_form(parse(typed))


def test_a_search_of_one_part_leads_back_to_no_search() -> None:
    (chosen,) = parts("state:OR", Field.STATE, [OREGON])
    assert chosen.text == ""


def test_what_is_left_may_not_find_everything() -> None:
    (chosen,) = parts("NOT mice AND state:OR", Field.STATE, [OREGON])
    assert chosen.text is None


def test_a_full_search_takes_no_clause_more() -> None:
    for text in ("x" * (MAX_LENGTH - 5), " OR ".join(f"w{n}" for n in range(64))):
        assert {one.text for one in parts(text, Field.STATE, [ARIZONA, OREGON])} == {None}


def test_only_values_that_a_search_can_ask_for_are_shown_and_not_too_many() -> None:
    odd = [ARIZONA._replace(state=state) for state in ("AZ", "XX", "", "QC", "PQ", 'A" OR "B')]
    assert [(one.value, one.count) for one in parts("cells", Field.STATE, odd)] == [
        ("PQ", 2),
        ("AZ", 1),
    ]
    many = [ARIZONA._replace(activity=f"Z{n:02}") for n in range(99)]
    kinds = next(one for one in facets_of("cells", many, today=TODAY) if one.field is Field.KIND)
    assert (len(kinds.parts), len(kinds.more)) == (FIRST, MOST - FIRST)


@given(queries(max_leaves=6))
def test_a_search_with_a_part_finds_what_both_find(query: Query) -> None:
    text = written(query)
    meant = parse(text)
    for part in parts(text, Field.KIND, [ARIZONA, OREGON]):
        if part.text is not None and not part.is_chosen:
            both = And((meant, parse(f"activity:{part.value}")))
            assert canonical_form(parse(part.text)) == canonical_form(both)
