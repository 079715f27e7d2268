"""What a reader may type, and what they are told when it does not parse."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.errors import QueryError
from tidings.searches.grammar import MAX_LENGTH, MAX_TERMS, parse
from tidings.searches.query import (
    And,
    Comparison,
    Not,
    NumberField,
    Or,
    Phrase,
    Prefix,
    Value,
    ValueField,
    Word,
)

BREAST, CANCER, LUNG = Word("text", "breast"), Word("text", "cancer"), Word("text", "lung")


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("cancer", CANCER),
        ("Cancer", CANCER),
        ("breast cancer", And((BREAST, CANCER))),
        ("breast AND cancer", And((BREAST, CANCER))),
        ("breast OR lung cancer", Or((BREAST, And((LUNG, CANCER))))),
        ("(breast OR lung) cancer", And((Or((BREAST, LUNG)), CANCER))),
        ("cancer NOT lung", And((CANCER, Not(LUNG)))),
        ('"breast cancer"', Phrase("text", ("breast", "cancer"))),
        ('"cancer"', Phrase("text", ("cancer",))),
        ("triple-negative", Phrase("text", ("triple", "negative"))),
        ("TGFβ", Phrase("text", ("tgf", "beta"))),
        ("immuno*", Prefix("text", "immuno")),
        ("title:cancer", Word("title", "cancer")),
        ('pi:"Bogang Wu"', Phrase("pi", ("bogang", "wu"))),
        ("TITLE:cancer", Word("title", "cancer")),
        ("state:az", Value(ValueField.STATE, "AZ")),
        ("ic:NCI", Value(ValueField.IC, "NCI")),
        ("change:end_cut", Value(ValueField.CHANGE, "end_cut")),
        ("fy>=2024", Comparison(NumberField.FY, ">=", 2024)),
        ("fy:2024", Comparison(NumberField.FY, "=", 2024)),
        ("amount > $250,000", Comparison(NumberField.AMOUNT, ">", 250_000)),
        ("title:(breast OR lung)", Or((Word("title", "breast"), Word("title", "lung")))),
    ],
)
def test_a_search_means_what_it_says(text: str, query: object) -> None:
    assert parse(text) == query


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("", 1, "Type a word"),
        ("(cancer", 8, "closing parenthesis"),
        ("cancer)", 7, "Did not expect"),
        ("cancer AND", 11, "ends too early; expected"),
        ("cancer OR OR lung", 11, "nothing for OR"),
        ('lung "cancer', 6, "not closed"),
        ("titel:cancer", 1, "did you mean title?"),
        ("cancer zz:x", 8, "There is no field"),
        ("im*", 3, "At least 3 letters"),
        ("im*uno", 3, "only at the end"),
        ("*", 1, "only at the end"),
        ("NOT cancer", 1, "nearly everything"),
        ("lung OR NOT cancer", 9, "nearly everything"),
        ("lung and cancer", 6, "Write AND"),
        ("change:end", 8, "did you mean end_cut?"),
        ("change:cosmetic", 8, "no kind of change"),
        ("fy>soon", 4, "compared with a number"),
        ("state>3", 6, "not a number"),
        ("state:A*", 7, "whole value"),
        ("cancer ???", 8, "no letter or digit"),
        ("(" * 21 + "a" + ")" * 21, 21, "at most 20 deep"),
        ("a " * MAX_LENGTH, MAX_LENGTH + 1, "at most 2000 characters"),
        ("word " * (MAX_TERMS + 1), 1, "at most 64 terms"),
    ],
)
def test_an_error_points_at_the_column_and_says_what_was_expected(
    text: str, column: int, words: str
) -> None:
    with pytest.raises(QueryError, match=re.escape(words)) as caught:
        parse(text)
    assert caught.value.column == column


@given(st.text(alphabet='ab()"*: <>=ANDORNOTtitlefy2024β-\n', max_size=60))
def test_any_text_is_a_search_or_a_plain_error_at_a_column_of_it(text: str) -> None:
    assert 1 <= column_of_error(text) <= len(text) + 1


def column_of_error(text: str) -> int:
    try:
        parse(text)
    except QueryError as error:
        return error.column
    return 1


def test_a_deep_search_needs_no_deep_stack() -> None:
    with pytest.raises(QueryError):
        parse("(" * 900 + "a" + ")" * 900)
