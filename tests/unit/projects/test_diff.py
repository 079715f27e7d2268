"""A difference names the field, what it was and what it is."""

from tidings.projects.diff import FieldChange, diff


def test_equal_versions_have_no_difference() -> None:
    assert diff({"fiscal_year": 2024}, {"fiscal_year": 2024}) == ()


def test_fields_that_came_went_or_changed_are_named_once_in_order() -> None:
    before = {"terms": "a", "award_amount": 1, "phr_text": "old"}
    after = {"terms": "b", "award_amount": 1, "abstract_text": "new"}

    assert diff(before, after) == (
        FieldChange("abstract_text", None, "new"),
        FieldChange("phr_text", "old", None),
        FieldChange("terms", "a", "b"),
    )
