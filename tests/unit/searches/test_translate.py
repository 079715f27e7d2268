"""What RePORTER is asked for a search, what is left out of it, and where it may differ."""

from datetime import date
from typing import Any

import pytest

from tidings.reporter.criteria import Criteria
from tidings.searches.criteria.lists import root_of
from tidings.searches.criteria.text import THESAURUS
from tidings.searches.grammar import parse
from tidings.searches.query import And, Near, Value, ValueField
from tidings.searches.text import stem
from tidings.searches.translate import STARRED_NUMBERS, WHOLE_NUMBERS, Translation, translate

TODAY = date(2026, 11, 23)
EVERYWHERE = "projecttitle,abstracttext,terms"


def translated(text: str) -> Translation:
    return translate(parse(text), today=TODAY)


def text_asked(text: str) -> str | None:
    asked: dict[str, Any] = translated(text).criteria.get("advanced_text_search", {})
    return asked.get("search_text")


def test_the_search_of_the_design_becomes_criteria_of_each_kind() -> None:
    found = translated(
        '"triple-negative breast cancer" AND ic:NCI AND state:AZ AND activity:(R01 OR U01) '
        "AND fy>=2024 AND amount>250000 AND change:(end_cut OR reversed)"
    )
    assert found.criteria == {
        "advanced_text_search": {
            "operator": "advanced",
            "search_field": EVERYWHERE,
            "search_text": '"triple negative breast cancer"',
        },
        "agencies": ["NCI"],
        "is_agency_admin": True,
        "org_states": ["AZ"],
        "activity_codes": ["R01", "U01"],
        "fiscal_years": [2024, 2025, 2026, 2027],
        "award_amount_range": {"min_amount": 250_001},
    }
    assert len(found.left_out) == 2
    assert any("RePORTER does not say what changed" in one for one in found.left_out)
    assert any("what NCI only funds" in one for one in found.left_out)
    assert found.differs == (THESAURUS,)


@pytest.mark.parametrize(
    ("search", "asked"),
    [
        ("tumor", "tumor"),
        ('"tumor"', '"tumor"'),
        ("immuno*", "immuno*"),
        ("(mice OR rats) AND tumor", "(mice OR rats) AND tumor"),
        ("mice OR rats AND tumor", "mice OR (rats AND tumor)"),
        ("tumor NOT (mice OR rats)", "tumor AND NOT (mice OR rats)"),
        ('"Alzheimer\'s disease"', '"alzheimer\'s disease"'),
        ("TGF-beta", '"tgf beta" OR "tgf β" OR "tgfβ"'),
        ("TGFβ tumor", '("tgf beta" OR "tgf β" OR "tgfβ") AND tumor'),
        ('"quality of life"', '"quality of life"'),
        ("with tumor", "tumor"),
        ("with", None),
        ("state:AZ tumor", "tumor"),
        ("(tumor AND state:AZ) OR (cyst AND state:CA)", "tumor OR cyst"),
        ("tumor OR state:AZ", None),
        ("tumor NOT (mice OR state:AZ)", "tumor AND NOT mice"),
        ("tumor NOT (mice AND state:AZ)", "tumor"),
        ("state:AZ NOT mice", None),
        ("state:AZ (tumor OR NOT mice)", None),
        ("tumor NOT (cyst NOT mice)", "tumor AND NOT (cyst AND NOT mice)"),
        ("tumor NOT with", "tumor"),
        ("change:end_cut", None),
    ],
)
def test_texts_are_asked_as_far_as_a_text_search_can_say_them(
    search: str, asked: str | None
) -> None:
    assert text_asked(search) == asked


@pytest.mark.parametrize(
    ("search", "places", "asked"),
    [
        ("title:tumor", "projecttitle", "tumor"),
        ("abstract:tumor", "abstracttext", "tumor"),
        ("terms:tumor", "terms", "tumor"),
        ("title:tumor NOT title:mice", "projecttitle", "tumor AND NOT mice"),
        ("title:tumor abstract:cyst", "projecttitle,abstracttext", "tumor AND cyst"),
        ("title:tumor cyst", EVERYWHERE, "tumor AND cyst"),
        ("tumor NOT title:mice", EVERYWHERE, "tumor"),
        ("title:tumor (abstract:cyst OR state:AZ)", "projecttitle", "tumor"),
    ],
)
def test_all_words_are_sought_in_the_same_fields_and_none_is_excluded_from_more(
    search: str, places: str, asked: str
) -> None:
    found = translated(search).criteria["advanced_text_search"]
    assert (found["search_field"], found["search_text"]) == (places, asked)


@pytest.mark.parametrize(
    ("search", "criteria"),
    [
        ("state:AZ OR state:CA", {"org_states": ["AZ", "CA"]}),
        ("ic:CA", {"agencies": ["NCI"], "is_agency_admin": True}),
        ("ic:NCI OR ic:AG", {"agencies": ["NCI", "NIA"], "is_agency_admin": True}),
        ("ic:QQ", {}),
        ("activity:R01 NOT state:AZ", {"activity_codes": ["R01"]}),
        ("state:AZ state:CA", {"org_states": ["AZ"]}),
        ("(state:AZ OR tumor) state:CA", {"org_states": ["CA"]}),
        ("fy:2020 OR fy:2022", {"fiscal_years": [2020, 2022]}),
        ("fy>=2020 fy<2022", {"fiscal_years": [2020, 2021]}),
        ("state:AZ NOT fy<2026", {"org_states": ["AZ"], "fiscal_years": [2026, 2027]}),
        ("fy>2030", {"fiscal_years": [2031]}),
        ("fy<=2030", {}),
        ("fy:2020 fy:2021", {}),
        ("(state:AZ fy:2020) OR fy:2021", {"fiscal_years": [2020, 2021]}),
        ("amount>=5 amount<9", {"award_amount_range": {"min_amount": 5, "max_amount": 8}}),
        ("amount:5 OR amount>8", {"award_amount_range": {"min_amount": 5}}),
        ("amount>9 amount<5", {}),
        ("amount<0", {}),
        ("state:AZ NOT amount>5", {"org_states": ["AZ"]}),
        ("start>=2026-01-01", {"project_start_date": {"from_date": "2026-01-01"}}),
        ("end<2026-01-01", {"project_end_date": {"to_date": "2025-12-31"}}),
        ("pi:wu", {"pi_names": [{"any_name": "wu"}]}),
        ('pi:"Bogang Wu" OR pi:boulw*', {"pi_names": [{"any_name": "bogang"},
                                                      {"any_name": "boulw"}]}),
        ("org:universities", {"org_names": ["universit"]}),
        ("org:\"Children's Hospital\"", {"org_names": ["children's hospital"]}),
        ("city:scottsdale", {"org_cities": ["SCOTTSDALE"]}),
        ('country:"united states"', {"org_countries": ["UNITED STATES"]}),
        ("city:scotts*", {}),
        ("category:cancer", {}),
        ("project:R01CA286969", {"project_nums": ["R01CA286969"]}),
        ("project:CA286969", {"project_num_split": {"ic_code": "CA", "serial_num": "286969"}}),
        ("project:CA286969 OR project:AG000001",
         {"project_nums": ["*CA286969*", "*AG000001*"]}),
        ("severity:critical", {}),
    ],
)  # fmt: skip
def test_filters_become_lists_and_ranges(search: str, criteria: dict[str, Any]) -> None:
    found = translated(search).criteria
    assert found == criteria
    assert Criteria.model_validate(found).wire() == criteria


def test_where_nothing_can_be_asked_the_criteria_are_empty_and_each_part_is_named() -> None:
    changes = Value(ValueField.CHANGE, "end_cut")
    found = translate(And((changes, Near("SCOTTSDALE, AZ", 50))), today=TODAY)
    assert found.criteria == {}
    assert [one.rpartition(": ")[2] for one in found.left_out] == [
        "RePORTER does not say what changed.",
        "RePORTER does not search by distance.",
    ]


@pytest.mark.parametrize(
    ("search", "reason"),
    [
        ("tumor OR state:AZ", "joins criteria of different kinds by AND alone"),
        ("tumor NOT state:AZ", "cannot leave out such values"),
        ("state:AZ state:CA", "takes one list of such values"),
        ("title:tumor cyst", "looks for all words of a search in the same fields"),
        ("state:AZ NOT mice", "reads NOT for sure only beside what must be found"),
        ("tumor with", "passes over so frequent words"),
        ("amount:5 OR amount:9", "takes one range"),
        ("tumor fy<=2030", "leaves out no year that RePORTER has"),
        ("category:cancer", "asks for spending categories by numbers"),
        ("ic:QQ", "knows no institute by these letters"),
        ("city:scotts*", "is asked for whole names of places"),
        ("org:mayo", "finds every name in which “mayo” stands"),
        ('pi:"bogang wu"', "asked for one word of the name"),
    ],
)
def test_what_is_left_out_says_why(search: str, reason: str) -> None:
    assert any(reason in sentence for sentence in translated(search).left_out)


@pytest.mark.parametrize(
    ("search", "difference"),
    [
        ("title:tumor", "“tumor”: RePORTER brings a word to its stem by rules of its own."),
        ("title:immuno*", "“immuno*”: nobody has shown that RePORTER reads * as any ending."),
        ("title:beta", "Greek letter"),
        ('title:tumor NOT title:"mice"', "“mice”: RePORTER may leave out other inflections"),
        ("terms:tumor", THESAURUS),
        ('org:"mayo clinic"', "commas and hyphens"),
        ("org:hope", "where we take every inflection"),
        ("city:scottsdale", "the whole name of the city"),
        ("project:CA286969", WHOLE_NUMBERS),
        ("project:CA286969 OR project:AG000001", STARRED_NUMBERS),
    ],
)  # fmt: skip
def test_where_the_rules_may_not_be_the_same_it_says_so(search: str, difference: str) -> None:
    assert any(difference in sentence for sentence in translated(search).differs)


def test_quoted_words_values_and_ranges_are_the_same_on_both_sides() -> None:
    found = translated('title:"breast cancer" (state:AZ OR state:CA) fy:2026 amount>5')
    assert (found.left_out, found.differs) == ((), ())
    assert all(clause.asked == clause.part for clause in found.clauses)


def test_a_text_with_many_spellings_stays_short_enough_to_be_asked() -> None:
    phrases = " OR ".join(f'"adrenergic beta receptor signalling {number}"' for number in range(40))
    found = text_asked(phrases)
    assert found == phrases


@pytest.mark.parametrize(
    "family",
    [
        ("city", "cities"), ("institute", "institutes", "instituted"), ("study", "studied"),
        ("science", "sciences"), ("college", "colleges"), ("school", "schools"),
        ("university", "universities"), ("technology", "technologies"), ("clinic", "clinics"),
    ],
)  # fmt: skip
def test_the_root_of_a_word_stands_in_all_its_inflections(family: tuple[str, ...]) -> None:
    assert len({stem(word) for word in family}) == 1
    assert all(root_of(word) in other for word in family for other in family)
