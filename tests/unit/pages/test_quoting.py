"""The researchers' own words, without the headings that forms make them write."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.pages.grounding import Section
from tidings.pages.quoting import quote_of, quotes_of

BODY = "Despite all drugs, many patients relapse."


@pytest.mark.parametrize(
    "heading",
    [
        "",
        "PROJECT SUMMARY\n",
        "Project Summary/Abstract: ",
        "PROJECT SUMMARY / ABSTRACT (30 lines)\n",
        "Abstract ",
        "Public Health Relevance Statement: ",
        "Modified Project Summary/Abstract Section\n",
        "PROJECT SUMMARY – ADMINISTRATIVE CORE\n",
        "Program Director/Principal Investigator (Doe, Jo):\nPROJECT NARRATIVE\n",
        "The Title\nSUMMARY\n",
    ],
)
def test_a_heading_is_left_out(heading: str) -> None:
    record = {"appl_id": 7, "project_title": "The Title", "abstract_text": f"{heading}{BODY}"}
    quote = quote_of(record, Section.LOOKS_AT, "abstract_text")
    assert quote is not None
    assert [part.text for part in quote.paragraphs] == [BODY]
    assert quote.paragraphs[0].start == len(heading)


@pytest.mark.parametrize(
    "body",
    [
        "Summary judgments are hard to make.",
        "Abstract reasoning fades with age.",
        "Relevance-based search finds more.",
        "Narrative medicine helps nurses.",
    ],
)
def test_a_sentence_that_begins_like_a_heading_stays(body: str) -> None:
    quote = quote_of({"appl_id": 7, "phr_text": body}, Section.WHY, "phr_text")
    assert quote is not None
    assert quote.paragraphs[0].text == body


@pytest.mark.parametrize("text", ["", "PROJECT NARRATIVE", "No Text", "0817992 12 7", "N/A."])
def test_a_field_that_says_nothing_is_no_quote(text: str) -> None:
    assert quotes_of({"appl_id": 7, "phr_text": text}) == ()


def test_paragraphs_keep_their_place_and_lines_are_joined_for_the_eye() -> None:
    text = "Abstract\nOne line\nand more.\n\n \n\nThe second\u202e one."
    quote = quote_of({"appl_id": 7, "abstract_text": text}, Section.LOOKS_AT, "abstract_text")
    assert quote is not None
    assert [part.shown for part in quote.paragraphs] == ["One line and more.", "The second one."]
    assert [text[part.start : part.end] for part in quote.paragraphs] == [
        part.text for part in quote.paragraphs
    ]
    assert quote.level == ""
    assert quote.grade is None


def test_a_long_text_has_a_level_and_its_grade() -> None:
    text = "We sequence transcriptomic heterogeneity underlying immunosuppression. " * 8
    (quote,) = quotes_of({"appl_id": 7, "abstract_text": text})
    assert quote.grade is not None
    assert quote.level == "written for specialists"


def test_a_hostile_text_is_read_in_no_time() -> None:
    for text in ("SUMMARY" + "A:" * 50_000, "Abstract\n" * 5_000, "(" * 50_000, " " * 50_000):
        started = process_time()
        quotes_of({"appl_id": 7, "project_title": "Abstract", "phr_text": text})
        assert process_time() - started < 1


@given(st.text(max_size=200))
def test_whatever_a_field_holds_its_quote_is_characters_of_it(text: str) -> None:
    for quote in quotes_of({"appl_id": 7, "phr_text": text}):
        at = 0
        for part in quote.paragraphs:
            assert at <= part.start < part.end <= len(text)
            assert text[part.start : part.end] == part.text
            at = part.end
