"""What a record says of people, animals and work in a laboratory."""

from typing import Any

import pytest

from tidings.pages.evidence import Kind, Verdict, evidence_of


def words(**fields: Any) -> list[tuple[str, str]]:
    found = evidence_of({"appl_id": 7, **fields})
    return [(cue.kind.value, cue.span.text) for cue in found.cues]


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("We will enroll 40 patients.", Verdict.PEOPLE),
        ("We use knock-out mice.", Verdict.ANIMALS),
        ("Cryo-EM of the channel in vitro.", Verdict.LAB),
        ("Mice, and cell lines.", Verdict.ANIMALS),
        ("From mice to patients.", Verdict.BOTH),
        ("A database of genes.", Verdict.NOT_STATED),
        ("", Verdict.NOT_STATED),
    ],
)
def test_words_amount_to_a_verdict(text: str, verdict: Verdict) -> None:
    assert evidence_of({"appl_id": 7, "abstract_text": text}).verdict is verdict


@pytest.mark.parametrize(
    "text",
    [
        "No animal models are used, nor patients.",
        "This work does not involve human subjects.",
        "Done without the use of mice.",
        "We grow patients-derived tumors.",
        "The management of menus, doggedly.",
        "Protein families and rated womenfolk",
    ],
)
def test_what_is_denied_or_part_of_another_word_is_no_cue(text: str) -> None:
    assert words(abstract_text=text) == []


def test_a_denial_ends_with_its_sentence() -> None:
    assert words(abstract_text="It is not known. Patients wait.") == [("people", "Patients")]


def test_each_cue_is_told_once_with_its_words_and_no_more_than_three_of_a_kind() -> None:
    text = "Mice, mice and rats; dogs, pigs. People living with asthma."
    assert words(abstract_text=text) == [
        ("people", "People"),
        ("animals", "Mice"),
        ("animals", "rats"),
        ("animals", "dogs"),
    ]


def test_primates_are_animals_and_no_people() -> None:
    assert words(abstract_text="In non-human primates.") == [("animals", "non-human primates")]


def test_terms_are_asked_only_when_the_texts_have_no_word() -> None:
    terms = "Data;Mus;Patients"
    assert words(pref_terms=terms) == [("people", "Patients"), ("animals", "Mus")]
    assert words(pref_terms=terms, phr_text="We study rats.") == [("animals", "rats")]
    assert words(terms="<Data><Zebrafish>") == [("animals", "Zebrafish")]


def test_the_kinds_come_in_one_order() -> None:
    found = evidence_of({"appl_id": 7, "abstract_text": "In vitro, then mice, then women."})
    assert found.kinds == (Kind.PEOPLE, Kind.ANIMALS, Kind.LAB)
    assert [span.text for span in found.of(Kind.LAB)] == ["In vitro"]
