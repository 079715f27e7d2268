"""The canonical form forgets what is no difference and keeps what is one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.errors import QuarantinedError
from tidings.projects.canonicalise import canonical_fields, clean_text, content_hash

SCALARS = st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=20)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=12,
)
NAMES = st.sampled_from(
    ["project_title", "abstract_text", "organization", "terms", "award_amount", "covid_response"]
)


@given(st.dictionaries(NAMES, VALUES))
def test_a_canonical_form_is_its_own_canonical_form(fields: dict[str, Any]) -> None:
    once = canonical_fields(fields)

    assert canonical_fields(once) == once
    assert content_hash(canonical_fields(once)) == content_hash(once)


@given(st.text() | st.from_regex(r"(&(amp|lt|#38|nosuch);?)+", fullmatch=True), st.booleans())
def test_cleaning_a_clean_text_changes_nothing(text: str, lines: bool) -> None:  # noqa: FBT001 - given by Hypothesis
    cleaned = clean_text(text, lines=lines)

    assert clean_text(cleaned, lines=lines) == cleaned


@given(st.permutations(["a", "b", "c"]), st.permutations([{"x": 1, "y": 2}, {"x": 2}, {"x": 3}]))
def test_the_order_of_lists_is_no_difference(names: list[str], objects: list[Any]) -> None:
    shuffled = canonical_fields({"covid_response": names, "agency_ic_fundings": objects})

    assert shuffled == {
        "covid_response": ["a", "b", "c"],
        "agency_ic_fundings": [{"x": 1, "y": 2}, {"x": 2}, {"x": 3}],
    }


def test_null_empty_and_absent_are_one() -> None:
    nothing: dict[str, Any] = {
        "project_title": " ",
        "organization": {"org_name": None, "org_ueis": []},
    }

    assert canonical_fields({**nothing, "terms": None, "covid_response": []}) == {}


def test_zero_and_false_are_values() -> None:
    fields = {"award_amount": 0, "is_active": False}

    assert canonical_fields(fields) == fields


@pytest.mark.parametrize(
    "written", ["2020-09-18T12:09:00Z", "2020-09-18T00:00:00", "2020-09-18", " 2020-09-18 "]
)
def test_every_way_to_write_a_date_is_its_day(written: str) -> None:
    assert canonical_fields({"project_end_date": written}) == {"project_end_date": "2020-09-18"}


@pytest.mark.parametrize("written", ["soon", "2020-02-30T00:00:00", "09/18/2020", 20200918])
def test_a_date_that_is_none_quarantines_the_record(written: object) -> None:
    with pytest.raises(QuarantinedError, match="budget_end"):
        canonical_fields({"budget_end": written})


@pytest.mark.parametrize("number", [float("inf"), float("nan"), 2**60])
def test_a_number_that_json_cannot_carry_quarantines_the_record(number: float) -> None:
    with pytest.raises(QuarantinedError, match="geo_lat_lon"):
        canonical_fields({"geo_lat_lon": {"lat": number}})


def test_a_cost_written_with_a_point_is_the_same_cost() -> None:
    before = canonical_fields({"agency_ic_fundings": [{"total_cost": 40828.0}]})

    assert before == canonical_fields({"agency_ic_fundings": [{"total_cost": 40828}]})
    assert isinstance(before["agency_ic_fundings"][0]["total_cost"], int)


def test_noise_and_unknown_fields_are_left_out() -> None:
    fields = {"is_new": True, "search_id": "abc", "fresh_field": 1, "fiscal_year": 2024}

    assert canonical_fields(fields) == {"fiscal_year": 2024}


def test_a_line_of_text_loses_needless_space_and_entities() -> None:
    title = "  Alzheimer&apos;s\u00a0 disease\t&amp;amp; R&D \x00&notanentity; "

    assert canonical_fields({"project_title": title}) == {
        "project_title": "Alzheimer's disease & R&D &notanentity;"
    }


def test_a_long_text_keeps_its_lines_and_paragraphs() -> None:
    text = "SUMMARY  \r\nfirst   line\nsecond\n \n\n\n Aim 1\x0b"

    assert canonical_fields({"abstract_text": text}) == {
        "abstract_text": "SUMMARY\nfirst line\nsecond\n\nAim 1"
    }


def test_half_a_character_does_not_stop_a_record() -> None:
    fields = canonical_fields({"project_title": "cell \ud800 growth"})

    assert fields == {"project_title": "cell growth"}
    assert content_hash(fields)
