"""A project is known through the years; one of its awards speaks for it."""

from typing import Any

import pytest

from tidings.errors import QuarantinedError
from tidings.projects.identity import Standing, project_key
from tidings.projects.outline import outline, standing


@pytest.mark.parametrize(
    ("canonical", "key"),
    [
        ({"project_serial_num": "CA286969", "core_project_num": "K99CA286969"}, "CA286969"),
        ({"project_serial_num": " ca286969 "}, "CA286969"),
        ({"project_num_split": {"ic_code": "CA", "serial_num": "286969"}}, "CA286969"),
        ({"project_serial_num": "?", "core_project_num": "N01-CO-12400"}, "N01-CO-12400"),
        ({"project_num": "75N91019D00024-0 "}, "75N91019D00024-0"),
        ({"appl_id": 77}, "APPL77"),
    ],
)
def test_a_project_is_known_by_institute_and_serial_else_by_its_number(
    canonical: dict[str, Any], key: str
) -> None:
    assert project_key(canonical) == key


def award(
    appl_id: int, number: str, *, year: int | None = 2024, part: str | None = None
) -> Standing:
    return Standing(appl_id, number, year, number[:1], part)


def test_a_fellowship_and_the_grant_that_follows_it_are_one_project() -> None:
    k99 = {"project_serial_num": "CA286969", "core_project_num": "K99CA286969"}
    r00 = {"project_serial_num": "CA286969", "core_project_num": "R00CA286969"}

    assert project_key(k99) == project_key(r00)


def test_the_newest_whole_award_speaks_for_its_project() -> None:
    first = award(10, "1R01CA123456-01", year=2023)
    second = award(20, "5R01CA123456-02")
    supplement = award(30, "3R01CA123456-02S1", year=2025)
    part = award(40, "5R01CA123456-02", year=2025, part="7001")

    assert max([first, second, supplement, part], key=lambda known: known.rank) == second


def test_a_supplement_or_component_speaks_while_nothing_better_is_known() -> None:
    supplement = award(30, "3R01CA123456-02S1")
    part = award(40, "5R01CA123456-02", year=None, part="7001")

    assert max([supplement, part], key=lambda known: known.rank) == supplement
    assert part.year == 0


def test_of_one_fiscal_year_the_later_support_year_speaks() -> None:
    assert award(1, "5R01CA123456-10").rank > award(2, "5R01CA123456-09").rank
    assert award(1, "ZIABC012345").support_year == 0


def test_the_columns_of_an_award_are_read_from_its_canonical_form() -> None:
    columns = outline(
        {
            "appl_id": 5,
            "award_type": "4N",
            "project_num": "4U24OD038423-02",
            "fiscal_year": 2025,
            "award_amount": 7,
            "is_active": True,
            "project_end_date": "2027-08-31",
            "organization": {"org_name": "MAYO CLINIC", "org_state": "AZ"},
            "agency_ic_admin": {"abbreviation": "NCI"},
        }
    )

    assert (columns["organization"], columns["state"], columns["institute"]) == (
        "MAYO CLINIC",
        "AZ",
        "NCI",
    )
    assert columns["project_end_on"].year == 2027
    assert columns["project_start_on"] is None
    assert standing(columns).digit == "4"


@pytest.mark.parametrize("field", ["appl_id", "award_amount", "fiscal_year"])
def test_a_number_that_no_column_holds_quarantines_the_record(field: str) -> None:
    with pytest.raises(QuarantinedError, match=field):
        outline({"appl_id": 5, field: 2**31})
