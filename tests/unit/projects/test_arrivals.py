"""What a new award means depends on what is known of its project."""

import pytest

from tidings.projects.arrivals import arrival
from tidings.projects.identity import Standing
from tidings.projects.models import ChangeKind, Severity


def award(number: str, *, year: int = 2024, part: str | None = None, appl_id: int = 1) -> Standing:
    return Standing(appl_id, number, year, number[:1], part)


KNOWN = [award("1R01CA123456-01", year=2023)]


def test_the_first_award_of_a_project_is_a_new_project() -> None:
    verdict = arrival(award("1R01CA123456-01"), [])

    assert (verdict.kind, verdict.severity) == (ChangeKind.NEW_PROJECT, Severity.NOTABLE)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("5R01CA123456-02", ChangeKind.NEXT_YEAR_FUNDED),
        ("8R01CA123456-02", ChangeKind.NEXT_YEAR_FUNDED),
        ("4R00CA123456-02", ChangeKind.NEXT_YEAR_FUNDED),
        ("2R01CA123456-06", ChangeKind.RENEWED),
        ("9R01CA123456-06", ChangeKind.RENEWED),
        ("3R01CA123456-01S1", ChangeKind.SUPPLEMENT),
        ("7R01CA123456-02", ChangeKind.TRANSFERRED),
        ("6R01CA123456-02", ChangeKind.TRANSFERRED),
        ("1R01CA123456-02", ChangeKind.NEXT_YEAR_FUNDED),
        ("ZIABC012345-12", ChangeKind.NEXT_YEAR_FUNDED),
    ],
)
def test_a_further_award_is_named_by_its_type(number: str, kind: ChangeKind) -> None:
    assert arrival(award(number), KNOWN).kind is kind


@pytest.mark.parametrize(
    "new",
    [
        award("1R01CA123456-01", year=2024, part="7001"),
        award("1R01CA123456-01", year=2023, appl_id=2),
        award("5R01CA123456-00", year=2022),
        award("1R01CA123456-9", year=2023),
    ],
    ids=["a component", "a known number", "an older year", "an unknown type in a known year"],
)
def test_what_only_our_reading_made_new_is_no_news(new: Standing) -> None:
    assert arrival(new, KNOWN).kind is ChangeKind.COSMETIC


def test_a_component_that_came_before_its_award_hides_neither() -> None:
    part = award("1U54CA123456-01", part="7001")

    assert arrival(part, []).kind is ChangeKind.COSMETIC
    assert arrival(award("1U54CA123456-01"), [part]).kind is ChangeKind.NEW_PROJECT
