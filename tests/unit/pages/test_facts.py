"""The quick facts of a study, and its official title."""

from datetime import date

import pytest

from tidings.pages.facts import study_facts
from tidings.pages.showing import CUT_NOTE, LONGEST_TITLE, official_title
from tidings.projects.canonicalise import canonical_fields


def test_a_place_has_its_state_in_words_and_its_country_only_abroad() -> None:
    def place(**organization: str) -> str:
        return study_facts(canonical_fields({"appl_id": 7, "organization": organization})).place

    assert place(org_city="SCOTTSDALE", org_state="AZ", org_country="UNITED STATES") == (
        "Scottsdale, Arizona"
    )
    assert place(org_city="TORONTO", org_state="ON", org_country="CANADA") == (
        "Toronto, Ontario, Canada"
    )
    assert place(org_city="LAUSANNE", org_country="SWITZERLAND") == "Lausanne, Switzerland"
    assert place(org_country="UNITED STATES") == ""


def test_facts_carry_the_other_awards_of_the_study() -> None:
    current = canonical_fields({"appl_id": 7})
    fields = {"appl_id": 6, "project_num": "5R01X-02", "fiscal_year": 2023, "award_amount": 5}
    facts = study_facts(current, [canonical_fields(fields)])
    (other,) = facts.linked
    assert (other.number, other.fiscal_year, other.money) == ("5R01X-02", 2023, 5)
    assert other.reporter_url == "https://reporter.nih.gov/project-details/6"
    assert not other.is_part
    assert study_facts(current).linked == ()


def test_facts_say_on_which_day_reporter_showed_them() -> None:
    current = canonical_fields({"appl_id": 7})
    facts = study_facts(current, read_on=date(2026, 11, 22))
    assert facts.as_shown == "as shown in RePORTER on 22 Nov 2026"
    assert study_facts(current).as_shown == ""


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("EFFECTS OF TROP2 AND IL-6 ON DNA", "Effects of TROP2 and IL-6 on DNA"),
        ("TYPE 2 DIABETES: PHASE II", "Type 2 diabetes: phase II"),
        ("COVID-19 VS FLU IN CHILDREN'S CARE", "COVID-19 vs flu in children's care"),
        ("ALZHEIMER’S DISEASE, ALL OF IT", "Alzheimer's disease, all of it"),
        ("NSCLC AND HIV/AIDS IN AFRICA", "NSCLC and HIV/AIDS in Africa"),
        ("“DEFINING” IT", "“Defining” it"),
        ("Already Mixed DNA", "Already Mixed DNA"),
        ("Right\u202e to\u200b left", "Right to left"),
        ("42", "42"),
        ("", ""),
    ],
)
def test_a_title_in_capitals_gets_small_letters_and_keeps_its_short_forms(
    title: str, shown: str
) -> None:
    assert official_title(title) == shown


def test_a_title_that_reporter_cut_ends_in_an_ellipsis_and_says_why() -> None:
    long = ("Many words " * 30)[:LONGEST_TITLE]
    cut = study_facts(canonical_fields({"appl_id": 7, "project_title": long + "x" * 3}))
    assert cut.title.endswith("…")
    assert cut.title_note == CUT_NOTE
    whole = study_facts(canonical_fields({"appl_id": 7, "project_title": "x" * 199}))
    assert not whole.title.endswith("…")
    assert whole.title_note == ""
