"""The conditions that a record names, and what part of it names each."""

from typing import Any

from tidings.pages.condition_names import SPOKEN
from tidings.pages.condition_words import BROAD, CATEGORIES, MORE
from tidings.pages.conditions import conditions_of
from tidings.searches.condition_files import our_conditions


def named(**fields: Any) -> list[tuple[str, str, str]]:
    found = conditions_of({"appl_id": 7, **fields})
    return [(str(one.name), one.named_in.value, one.span.text) for one in found]


def test_a_condition_of_the_title_comes_before_one_of_a_category() -> None:
    found = named(
        project_title="Asthma and its care",
        spending_categories_desc="Lung; Diabetes",
        abstract_text="Diabetes is diabetes.",
    )
    assert found == [("asthma", "title", "Asthma"), ("diabetes", "category", "Diabetes")]


def test_the_exact_condition_comes_before_the_one_that_it_is_a_form_of() -> None:
    found = named(
        project_title="New drugs for breast cancer",
        pref_terms="Malignant Breast Neoplasm;triple-negative invasive breast carcinoma",
        abstract_text="Triple-negative breast cancer: triple-negative breast cancer is hard.",
    )
    assert [one[0] for one in found] == ["triple-negative breast cancer", "breast cancer"]


def test_a_term_that_the_texts_say_in_passing_is_no_condition_of_the_study() -> None:
    once = {"pref_terms": "Asthma", "abstract_text": "Unlike asthma, this is rare."}
    assert named(**once) == []
    twice = once | {"phr_text": "Asthma hurts."}
    assert named(**twice) == [("asthma", "term", "Asthma")]


def test_broad_categories_of_research_are_no_conditions() -> None:
    listed = "Clinical Research; Biotechnology; Genetics; Pediatric; Aging; Orphan Drug; Lungs"
    assert named(spending_categories_desc=listed) == []


def test_a_group_of_conditions_is_told_only_when_nothing_more_exact_is_known() -> None:
    listed = "Cancer;Breast Cancer"
    assert named(spending_categories_desc=listed)[0][0] == "breast cancer"
    assert len(named(spending_categories_desc=listed)) == 1
    assert named(spending_categories_desc="Cancer") == [("cancer", "category", "Cancer")]


def test_a_category_that_the_texts_never_speak_of_is_told_but_not_sure() -> None:
    found = conditions_of(
        {"appl_id": 7, "spending_categories_desc": "HIV/AIDS", "abstract_text": "A database."}
    )
    assert [(one.attribution, one.is_sure) for one in found] == [("NIH category", False)]


def test_a_short_form_in_a_title_needs_the_full_name_somewhere() -> None:
    title = {"project_title": "Effects of PAH on ALS"}
    assert named(**title) == []
    assert named(**title, abstract_text="Amyotrophic lateral sclerosis is rare.") == [
        ("amyotrophic lateral sclerosis", "title", "ALS")
    ]
    assert named(project_title="HIV care")[0][2] == "HIV"
    assert named(project_title="Hearing aids and cold all over") == []


def test_other_spellings_are_the_same_condition() -> None:
    assert named(project_title="Childhood brain tumours")[0][0] == "brain tumor"
    assert named(project_title="Alzheimer disease")[0][0] == "Alzheimer's disease"
    assert named(pref_terms="<x>;Malignant neoplasm of prostate")[0][0] == "prostate cancer"


def test_every_name_of_ours_can_be_said_and_every_category_means_a_condition() -> None:
    ours = {one.name for one in our_conditions()}
    assert SPOKEN.keys() == ours
    assert set(CATEGORIES.values()) <= ours | MORE.keys() | BROAD.keys()
    assert not ours & (MORE.keys() | BROAD.keys())
