"""What a reader may type, and what they are told when it does not parse."""

import re
from datetime import date

import pytest

from tidings.errors import QueryError
from tidings.searches.grammar import MAX_LENGTH, MAX_TERMS, parse
from tidings.searches.query import (
    And,
    Comparison,
    DateField,
    Near,
    Not,
    NumberField,
    Or,
    Phrase,
    Prefix,
    TextField,
    Value,
    ValueField,
    Word,
)

BREAST, CANCER, LUNG = Word("text", "breast"), Word("text", "cancer"), Word("text", "lung")
FY, AMOUNT = NumberField.FY, NumberField.AMOUNT
R01, U01 = Value(ValueField.ACTIVITY, "R01"), Value(ValueField.ACTIVITY, "U01")


def on(field: DateField, operator: str, year: int, month: int, day: int) -> Comparison:
    return Comparison(field, operator, date(year, month, day).toordinal())  # pyright: ignore[reportArgumentType]


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
        ("cancer NOT NOT lung", And((CANCER, LUNG))),
        ('"breast cancer"', Phrase("text", ("breast", "cancer"))),
        ("“breast cancer”", Phrase("text", ("breast", "cancer"))),
        ('"cancer"', Phrase("text", ("cancer",))),
        ("triple-negative", Phrase("text", ("triple", "negative"))),
        ("TGFβ", Phrase("text", ("tgf", "beta"))),
        ("cancer's", CANCER),
        ("can\u00adcer", CANCER),
        ('"HLA-B*27"', Phrase("text", ("hla", "b", "27"))),
        ("immuno*", Prefix("text", "immuno")),
        ("near within", And((Word("text", "near"), Word("text", "within")))),
    ],
)
def test_words_mean_what_they_say(text: str, query: object) -> None:
    assert parse(text) == query


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("title:cancer", Word(TextField.TITLE, "cancer")),
        ("TITLE : cancer", Word(TextField.TITLE, "cancer")),
        ('pi:"Bogang Wu"', Phrase(TextField.PI, ("bogang", "wu"))),
        ("category:diseases", Word(TextField.CATEGORY, "diseases")),
        ('city:"La Jolla"', Phrase(TextField.CITY, ("la", "jolla"))),
        ("country:canada", Word(TextField.COUNTRY, "canada")),
        ("state:az", Value(ValueField.STATE, "AZ")),
        ('state:"new mexico"', Value(ValueField.STATE, "NM")),
        ("state:ON", Value(ValueField.STATE, "ON")),
        ("state:qc", Value(ValueField.STATE, "PQ")),
        ("state:PQ", Value(ValueField.STATE, "PQ")),
        ("state:Quebec", Value(ValueField.STATE, "PQ")),
        ("ic:NCI", Value(ValueField.IC, "NCI")),
        ("change:end_cut", Value(ValueField.CHANGE, "end_cut")),
        ('change:"end cut"', Value(ValueField.CHANGE, "end_cut")),
        ("severity:Critical", Value(ValueField.SEVERITY, "critical")),
        ("project:ca286969", Value(ValueField.PROJECT, "CA286969")),
        ('project:"1 R01 CA286969-01"', Value(ValueField.PROJECT, "1R01CA286969-01")),
        ("activity:(R01 OR U01)", Or((R01, U01))),
        ("activity:(R01 NOT (U01))", And((R01, Not(U01)))),
        ("title:(breast OR lung)", Or((Word("title", "breast"), Word("title", "lung")))),
    ],
)
def test_a_field_narrows_a_value(text: str, query: object) -> None:
    assert parse(text) == query


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("fy>=2024", Comparison(FY, ">=", 2024)),
        ("fy:2024", Comparison(FY, "=", 2024)),
        ("fy:>=2024", Comparison(FY, ">=", 2024)),
        ("fy:(>2020 <2024)", And((Comparison(FY, ">", 2020), Comparison(FY, "<", 2024)))),
        ("fy:2020..2024", And((Comparison(FY, ">=", 2020), Comparison(FY, "<=", 2024)))),
        ("fy:2020..", Comparison(FY, ">=", 2020)),
        ("fy:..2024", Comparison(FY, "<=", 2024)),
        ("amount > $250,000", Comparison(AMOUNT, ">", 250_000)),
        ("amount>250k", Comparison(AMOUNT, ">", 250_000)),
        ("amount>1.5M", Comparison(AMOUNT, ">", 1_500_000)),
        ("end<2027-03-31", on(DateField.END, "<", 2027, 3, 31)),
        ("end<2027", on(DateField.END, "<", 2027, 1, 1)),
        ("end<=2027-02", on(DateField.END, "<=", 2027, 2, 28)),
        ("end>2027", on(DateField.END, ">", 2027, 12, 31)),
        ("start>=2024-06", on(DateField.START, ">=", 2024, 6, 1)),
        ("start:2024-02-29", on(DateField.START, "=", 2024, 2, 29)),
        (
            "end:2026",
            And((on(DateField.END, ">=", 2026, 1, 1), on(DateField.END, "<=", 2026, 12, 31))),
        ),
        (
            "end:2026-01..2026-06",
            And((on(DateField.END, ">=", 2026, 1, 1), on(DateField.END, "<=", 2026, 6, 30))),
        ),
    ],
)
def test_numbers_and_days_are_bounds(text: str, query: object) -> None:
    assert parse(text) == query


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ('near:"Scottsdale, AZ" within 50mi', Near("SCOTTSDALE, AZ", 50)),
        ('NEAR:"scottsdale arizona" within 50 miles', Near("SCOTTSDALE, AZ", 50)),
        ("near:Phoenix,AZ within 80km", Near("PHOENIX, AZ", 50)),
        ('near:"Saint Louis, MO" within 1 km', Near("ST LOUIS, MO", 1)),
        ('near:"Mayagüez, PR" within 500mi', Near("MAYAGUEZ, PR", 500)),
    ],
)
def test_a_place_has_a_circle_around_it(text: str, query: object) -> None:
    assert parse(text) == query


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("", 1, "Type a word"),
        (" \n", 1, "Type a word"),
        ("(cancer", 8, "closing parenthesis"),
        ("cancer)", 7, "Did not expect"),
        ("cancer AND", 11, "ends too early; expected"),
        ("cancer OR OR lung", 11, "nothing for OR"),
        ("cancer\nOR OR lung", 11, "nothing for OR"),
        ('lung "cancer', 6, "not closed"),
        ("lung and cancer", 6, "Write AND"),
        ("breast & lung", 8, "Write AND instead of “&”"),
        ("cancer -lung", 8, "Write NOT"),
        ("im*", 3, "At least 3 letters"),
        ("im*uno", 3, "only at the end"),
        ("*", 1, "only at the end"),
        ('"immuno*"', 8, "without quotes"),
        ("cancer ???", 8, "no letter from a to z"),
        ("(" * 21 + "a" + ")" * 21, 21, "at most 20 deep"),
        ("a " * MAX_LENGTH, MAX_LENGTH + 1, "at most 2,000 characters"),
        ("word " * (MAX_TERMS + 1), 1, "at most 64 terms"),
    ],
)
def test_what_does_not_parse_is_pointed_at(text: str, column: int, words: str) -> None:
    error = refused(text)
    assert words in str(error)
    assert error.column == column


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("titel:cancer", 1, "did you mean title:?"),
        ("activty:R01", 1, "did you mean activity:?"),
        ("cancer author:wu", 8, "did you mean pi:?"),
        ("cancer zz:x", 8, "There is no field"),
        ("change:end", 8, "did you mean end_cut?"),
        ("change:cosmetic", 8, "no kind of change"),
        ("severity:high", 10, "there are critical, notable, info."),
        ("state:A*", 7, "whole value"),
        ("state:Arizonna", 7, "did you mean Arizona?"),
        ("state:XX", 7, "such as AZ or Arizona"),
        ("state>3", 6, "not a number"),
        ("activity:R", 10, "a code of three characters"),
        ('ic:"National Cancer Institute"', 4, "by its short name"),
        ("fy>soon", 4, "a year such as 2026"),
        ("fy:24", 4, "a year such as 2026"),
        ("fy:2024..2020", 4, "runs backwards"),
        ("fy:..", 4, "a beginning or an end"),
        ("fy:2020..soon", 10, "a year such as 2026"),
        ("amount>lots", 8, "dollars such as 250000"),
        ("amount>0.5", 8, "dollars such as 250000"),
        ("end<3/31/2027", 5, "a day such as 2026-03-31"),
        ("end<2027-02-30", 5, "There is no day 2027-02-30"),
        ('near:"Scotsdale, AZ" within 5mi', 6, "did you mean “Scottsdale, AZ”?"),
        ('near:"Phoenix" within 5mi', 6, "did you mean “Phoenix, AZ”"),
        ('near:"Xyzzy, AZ" within 5mi', 6, "near it"),
        ('near:"somewhere" within 5mi', 6, "a town and its state"),
        ('near:"Phoenix, AZ"', 19, "within 50mi"),
        ('near:"Phoenix, AZ" within 50', 27, "50mi or 80 km"),
        ('near:"Phoenix, AZ" within 501mi', 27, "1 to 500 miles"),
        ('near:"Phoenix, AZ" within 0mi', 27, "1 to 500 miles"),
        ('near:"Phoenix, AZ" within 1.2.3mi', 27, "such as 50mi"),
    ],
)
def test_a_wrong_value_is_pointed_at_and_the_likely_one_named(
    text: str, column: int, words: str
) -> None:
    error = refused(text)
    assert words in str(error)
    assert error.column == column


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("NOT cancer", 1),
        ("lung OR NOT cancer", 9),
        ("NOT (NOT lung NOT cancer) OR NOT state:AZ", 1),
        ("amount>=0", 1),
        ("fy>=1900", 1),
        ("fy>=1900 NOT cancer", 10),
        ("end<2200-01-01 OR cancer", 1),
    ],
)
def test_a_search_that_finds_nearly_everything_is_refused(text: str, column: int) -> None:
    error = refused(text)
    assert "nearly everything" in str(error)
    assert error.column == column


@pytest.mark.parametrize("text", ["NOT (NOT lung NOT cancer)", "fy>=2020", "NOT lung state:AZ"])
def test_a_search_that_asks_for_something_is_not_refused(text: str) -> None:
    assert parse(text)


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("a\x00b", 2, "U+0000"),
        ("cancer\x1b[0m", 7, "U+001B"),
        ("abc\u202ecba", 4, "U+202E"),
        ("x\ud800", 2, "U+D800"),
        ("can\u200bcer OR OR", 12, "nothing for OR"),  # the unseen one counts, as it does on screen
        ("שלום", 1, "no letter from a to z"),
        ("cancer 🎗️", 8, "no letter from a to z"),
    ],
)
def test_what_nobody_sees_and_what_has_no_letter_is_pointed_at(
    text: str, column: int, words: str
) -> None:
    error = refused(text)
    assert words in str(error)
    assert error.column == column


def test_a_long_value_is_not_repeated_in_full() -> None:
    assert len(str(refused(f"state:{'a' * 1900}"))) < 120


def refused(text: str) -> QueryError:
    with pytest.raises(QueryError, match=re.compile(r"\.$|\?$|\*$")) as caught:
        parse(text)
    return caught.value
