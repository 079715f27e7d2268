"""Nothing that RePORTER would ignore leaves the house."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tidings.errors import RejectedError
from tidings.reporter.criteria import (
    INCLUDE_FIELDS,
    Criteria,
    DateRange,
    NumberSplit,
    PersonName,
    PublicationCriteria,
    TextSearch,
    validate_include_fields,
)


def test_a_slip_of_the_pen_in_a_criterion_is_refused_and_not_sent() -> None:
    with pytest.raises(ValidationError, match="fiscal_year"):
        Criteria.model_validate({"fiscal_year": [2026]})


def test_a_field_name_in_the_spelling_of_answers_is_refused() -> None:
    with pytest.raises(RejectedError, match="appl_id, Projekt"):
        validate_include_fields(["ApplId", "appl_id", "Projekt"])


def test_the_field_names_are_the_45_of_reporter() -> None:
    assert len(INCLUDE_FIELDS) == 45
    assert {"ApplId", "MechanismCodeDc", "GeoLatLon", "PhrText", "DateAdded"} <= set(INCLUDE_FIELDS)
    assert validate_include_fields(INCLUDE_FIELDS) == INCLUDE_FIELDS


def test_no_criteria_match_everything() -> None:
    assert Criteria().wire() == {}


def test_what_is_sent_holds_only_what_was_said() -> None:
    criteria = Criteria(
        fiscal_years=(2025, 2026),
        include_active_projects=True,
        date_added=DateRange(from_date=date(2026, 1, 1)),
        pi_names=(PersonName(any_name="Curie"),),
    )
    assert criteria.wire() == {
        "fiscal_years": [2025, 2026],
        "include_active_projects": True,
        "date_added": {"from_date": "2026-01-01"},
        "pi_names": [{"any_name": "Curie"}],
    }


@given(
    years=st.lists(st.integers(1985, 2030), max_size=4),
    active=st.booleans(),
    first=st.dates(date(2011, 1, 1), date(2026, 1, 1)),
    words=st.text(st.characters(categories=["L"]), min_size=1, max_size=20),
)
def test_what_is_sent_reads_back_as_the_same_criteria(
    years: list[int], first: date, words: str, *, active: bool
) -> None:
    criteria = Criteria(
        fiscal_years=tuple(years),
        include_active_projects=active,
        date_added=DateRange(from_date=first),
        advanced_text_search=TextSearch(search_text=words),
    )
    assert Criteria.model_validate(criteria.wire()) == criteria


def test_a_range_of_days_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValidationError, match="ends before it begins"):
        DateRange(from_date=date(2026, 2, 1), to_date=date(2026, 1, 1))
    with pytest.raises(ValidationError, match="one end"):
        DateRange()


def test_a_text_search_in_a_place_that_reporter_does_not_search_is_refused() -> None:
    with pytest.raises(ValidationError, match="phrtext"):
        TextSearch(search_text="cancer", search_field="projecttitle,phrtext")


def test_a_project_is_asked_for_by_parts_of_its_number_one_at_least() -> None:
    criteria = Criteria(project_num_split=NumberSplit(ic_code="CA", serial_num="286969"))
    assert criteria.wire() == {"project_num_split": {"ic_code": "CA", "serial_num": "286969"}}
    with pytest.raises(ValidationError, match="needs a part"):
        NumberSplit()


def test_publications_are_asked_for_by_project_award_or_paper() -> None:
    criteria = PublicationCriteria(core_project_nums=("R01CA123456",), pmids=(1, 2))
    assert criteria.wire() == {"core_project_nums": ["R01CA123456"], "pmids": [1, 2]}
