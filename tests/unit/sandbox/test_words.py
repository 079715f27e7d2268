"""The sandbox's text search: the rules that RePORTER is taken to follow."""

import pytest

from tidings.sandbox.words import field_of, make_test, places_of

TITLE = "Triple-negative breast tumors in Alzheimer&apos;s mice"
ABSTRACT = "We study cells of the breast. Cancer genes in TGFβ pathways."


def finds(text: str, operator: str = "advanced") -> bool:
    test = make_test(text, operator)
    assert test is not None
    return test([field_of(TITLE), field_of(ABSTRACT)])


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("tumor", True),
        ("TUMORS", True),
        ("studies", True),
        ('"tumor"', True),
        ("tumour", False),
        ("triple-negative", True),
        ('"triple negative"', True),
        ('"negative triple"', False),
        ('"mice we"', False),
        ('"Alzheimer\'s mice"', True),
        ("tum*", True),
        ("stud*", True),
        ("tumx*", False),
        ("tgfβ", True),
        ("tgf", False),
        ("tumor AND gene", True),
        ("tumor AND kidney", False),
        ("tumor OR kidney", True),
        ("kidney tumor", True),
        ("tumor AND NOT kidney", True),
        ("tumor NOT mice", False),
        ("NOT kidney", True),
        ("kidney OR tumor AND gene", True),
        ("(kidney OR tumor) AND liver", False),
        ("kidney AND liver OR tumor", True),
        ("NOT kidney AND liver", False),
        ("kidney AND the", False),
        ("tumor AND the", True),
        ("tumor AND NOT the", True),
        ("(tumor AND gene", True),
        ("tumor) AND gene", True),
        ('"breast tumors', True),
    ],
)
def test_a_boolean_text_finds_as_assumed(text: str, *, is_found: bool) -> None:
    assert finds(text) is is_found


@pytest.mark.parametrize(
    ("operator", "text", "is_found"),
    [
        ("and", "tumor gene", True),
        ("AND", "tumor kidney", False),
        ("or", "tumor kidney", True),
        ("or", '"breast tumors" kidney', True),
        ("and", "the tumor of", True),
        ("", "tumor AND kidney", False),
    ],
)
def test_without_operators_all_words_must_be_found_or_any(
    operator: str, text: str, *, is_found: bool
) -> None:
    assert finds(text, operator) is is_found


@pytest.mark.parametrize("text", ["", "  ", "the of", "( )", '""', "NOT the"])
@pytest.mark.parametrize("operator", ["and", "or", "advanced"])
def test_a_text_that_says_nothing_is_no_criterion(text: str, operator: str) -> None:
    assert make_test(text, operator) is None or text == "NOT the"


def test_places_are_named_in_one_text_and_all_stands_for_each() -> None:
    assert places_of("projecttitle, terms") == ("project_title", "pref_terms")
    everywhere = ("project_title", "abstract_text", "pref_terms")
    assert places_of("all") == places_of("") == everywhere
