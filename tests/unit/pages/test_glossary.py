"""The words of research: what is said of each, and where they are found in a text."""

import gzip
import json
import re
from itertools import chain
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.pages.glossary import Term, by_letter, glossary, terms_in
from tidings.pages.readability import plain_grade
from tidings.rendering.speech import LANGUAGES

LONGEST = 160
ABSTRACT = (
    "PROJECT SUMMARY. Triple-negative breast cancer lacks a molecular target. In mouse models, we "
    "ask how macrophages shape the tumor microenvironment, and whether an immune checkpoint "
    "inhibitor helps T cells reach tumors in vivo. A phase I clinical trial will follow. "
) * 10


def names(text: str) -> list[str]:
    return [one.term for one in terms_in(text)]


def forms(term: Term) -> tuple[str, ...]:
    return (term.names["en"], *term.forms)


def holds(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) is not None


def test_hundreds_of_terms_are_explained_in_every_language() -> None:
    assert len(glossary()) >= 600
    for term in glossary():
        assert term.names.keys() == term.definitions.keys() == LANGUAGES.keys()
        for text in chain(term.names.values(), term.definitions.values()):
            assert text.strip() == text != "", term.key
        for text in term.definitions.values():
            assert len(text) <= LONGEST, term.key
            assert text.endswith((".", "?")), term.key


def test_each_english_definition_is_easy_to_read() -> None:
    hard = {term.key: plain_grade(term.definitions["en"]) for term in glossary()}
    assert {key: grade for key, grade in hard.items() if grade > 8} == {}


def test_no_definition_explains_a_word_by_itself() -> None:
    for term in glossary():
        assert [one for one in forms(term) if holds(term.definitions["en"], one)] == []
        assert not holds(term.definitions["es"], term.names["es"]), term.key


def test_no_two_terms_share_a_form_a_key_or_a_definition() -> None:
    written = [one for term in glossary() for one in {form.lower() for form in forms(term)}]
    assert sorted({one for one in written if written.count(one) > 1}) == []
    assert len({term.key for term in glossary()}) == len(glossary())
    for language in LANGUAGES:
        assert len({term.definitions[language] for term in glossary()}) == len(glossary())
        assert len({term.names[language].casefold() for term in glossary()}) == len(glossary())


def test_every_form_of_every_term_is_found_as_that_term() -> None:
    for term in glossary():
        for form in forms(term):
            (found,) = terms_in(f"There is {form}, they say.")
            assert (found.key, found.start, found.end) == (term.key, 9, 9 + len(form))


def test_a_term_is_found_where_it_first_stands_and_only_there() -> None:
    text = "Two biopsies, and then a biopsy."
    (found,) = terms_in(text)
    assert text[found.start : found.end] == "biopsies"
    assert found.term == "biopsy"
    assert terms_in(text, known={found.key}) == ()


def test_the_longest_term_counts_and_none_within_it() -> None:
    assert names("A randomized controlled trial of stem cells.") == [
        "randomized controlled trial",
        "stem cell",
    ]
    assert names("Triple-negative breast cancer, then breast cancer, then cancer.") == [
        "triple-negative breast cancer",
        "breast cancer",
        "cancer",
    ]


@pytest.mark.parametrize(
    "text",
    ["genes", "T-cell", "T cells", "TUMOR", "mouse\n  models", "phase II", "Alzheimer’s disease"],
)
def test_spaces_hyphens_case_and_apostrophes_do_not_matter(text: str) -> None:
    (found,) = terms_in(text)
    assert (found.start, found.end) == (0, len(text))


@pytest.mark.parametrize(
    "text",
    [
        "eugenes",
        "generous",
        "pre_tumor",
        "non-randomized",
        "T, cell",
        "in. vivo",
        "pet",
        "hearing aids",
    ],
)
def test_no_term_is_found_in_a_longer_word_or_across_a_stop_or_in_another_case(text: str) -> None:
    assert terms_in(text) == ()


def test_what_hangs_on_a_term_by_a_hyphen_leaves_it_a_term() -> None:
    assert names("HIV-related stigma") == ["HIV", "stigma"]


def test_the_explanation_is_in_the_language_of_the_reader() -> None:
    (found,) = terms_in("Many macrophages.", "es")
    assert found.term == "macrófago"
    assert found.definition.startswith("Célula de defensa")


@given(st.text(max_size=200), st.sampled_from([one for term in glossary() for one in forms(term)]))
def test_what_is_found_stands_there_in_order_and_apart(text: str, form: str) -> None:
    whole = f"{text} {form} {text}"
    found = terms_in(whole)
    assert found
    ends = [0, *(one.end for one in found)]
    assert all(before <= one.start for before, one in zip(ends, found, strict=False))
    assert len({one.key for one in found}) == len(found)


def test_nearly_every_real_abstract_has_three_terms_or_more(real_data: Path) -> None:
    with gzip.open(real_data / "projects-partial.jsonl.gz") as lines:
        texts = [json.loads(line).get("abstract_text") for line in lines]
    counts = [len(terms_in(text)) for text in texts[::4] if text]
    assert len(counts) > 300
    assert sum(count >= 3 for count in counts) >= 0.95 * len(counts)


def test_an_abstract_takes_about_a_millisecond() -> None:
    terms_in(ABSTRACT)
    fastest = min(_seconds() for _ in range(5))
    assert len(ABSTRACT.split()) == 400
    assert fastest < 0.005


def _seconds() -> float:
    began = process_time()
    terms_in(ABSTRACT)
    return process_time() - began


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_the_letters_hold_every_term_once_in_order(language: str) -> None:
    letters = by_letter(language)
    assert [letter for letter, _ in letters] == sorted({letter for letter, _ in letters})
    assert sum(len(terms) for _, terms in letters) == len(glossary())
