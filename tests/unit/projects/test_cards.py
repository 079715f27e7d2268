"""A study in two lines."""

from typing import Any

import pytest

from tidings.projects.cards import facts_line, people_line
from tidings.rendering.speech import ENGLISH, Sayable, Speech

Record = dict[str, Any]
AT_MAYO: Record = {"org_name": "MAYO CLINIC", "org_city": "PHOENIX", "org_state": "AZ"}
ABROAD: Record = {"org_name": "MCGILL", "org_city": "MONTREAL", "org_country": "CANADA"}


PEOPLE: list[tuple[Record, str]] = [
    ({}, ""),
    ({"contact_pi_name": "WU, BOGANG "}, "Bogang Wu"),
    (
        {"contact_pi_name": "WU, BOGANG ", "principal_investigators": [{}, {}, {}]},
        "Bogang Wu and 2 more",
    ),
    ({"organization": AT_MAYO}, "Mayo Clinic (Phoenix, AZ)"),
    ({"organization": AT_MAYO | {"org_country": "UNITED STATES"}}, "Mayo Clinic (Phoenix, AZ)"),
    ({"organization": ABROAD}, "McGill (Montreal, Canada)"),
    ({"organization": {"org_city": "PHOENIX"}}, ""),
    ({"contact_pi_name": "LI, A", "organization": {"org_name": "MIT"}}, "A Li, MIT"),
]


@pytest.mark.parametrize(("award", "line"), PEOPLE)
def test_who_and_where_is_what_the_record_says(award: Record, line: str) -> None:
    assert people_line(award, ENGLISH) == line


@pytest.mark.parametrize(
    ("award", "line"),
    [
        ({}, ""),
        ({"award_amount": 0}, "$0"),
        ({"agency_ic_admin": {"abbreviation": "NCI"}}, "NCI"),
        (
            {
                "award_amount": 249_000,
                "fiscal_year": 2026,
                "agency_ic_admin": {"abbreviation": "NCI"},
                "project_end_date": "2026-03-21",
            },
            "$249,000 from NCI in 2026 · ends 21 Mar 2026",
        ),
    ],
)
def test_what_it_is_leaves_out_what_is_not_known(award: Record, line: str) -> None:
    assert facts_line(award, "", ENGLISH) == line


def test_both_lines_speak_spanish() -> None:
    award: Record = {
        "project_end_date": "2026-03-21",
        "contact_pi_name": "WU, BOGANG",
        "principal_investigators": [{}, {}],
    }
    spanish = Speech("es")
    assert people_line(award, spanish) == "Bogang Wu y 1 más"
    assert (
        facts_line(award, Sayable("Research project"), spanish)
        == "Proyecto de investigación · termina el 21 mar 2026"
    )
