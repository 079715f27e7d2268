"""How hard a text is to read, in English and in Spanish."""

import pytest

from tidings.pages.readability import (
    grade,
    is_plain,
    plain_grade,
    reading_level,
    spanish_ease,
    without_names,
)

HARD = "Immunosuppressive transcriptomic heterogeneity necessitates multidimensional analysis."
EASY = "The cat sat on the mat. It was a good cat, and we all like a good cat. "


def test_short_words_are_easy_and_long_ones_are_not() -> None:
    assert plain_grade(EASY) < 3
    assert plain_grade(HARD) > 20
    assert plain_grade("2024.") == 0


def test_a_text_that_is_too_short_has_no_grade_to_tell() -> None:
    assert grade(EASY) is None
    assert reading_level(EASY) == ""
    assert reading_level(EASY * 3) == "easy to read"
    assert reading_level(HARD * 6) == "written for specialists"


def test_a_name_counts_as_one_plain_word() -> None:
    text = "It is in Massachusetts General Hospital in Massachusetts."
    names = ["Massachusetts", "Massachusetts General Hospital", ""]
    assert without_names(text, names) == "It is in name in name."
    assert without_names("Está en Utah.", ["Utah"], "es") == "Está en nombre."


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("sol", 1),
        ("casa", 2),
        ("ciudad", 2),
        ("día", 2),
        ("aéreo", 4),
        ("quiere", 2),
        ("guerra", 2),
        ("pingüino", 3),
        ("investigación", 5),
        ("muy", 1),
    ],
)
def test_spanish_syllables_are_counted_as_spoken(word: str, syllables: int) -> None:
    assert spanish_ease(word) == pytest.approx(206.835 - 62.3 * syllables - 1)


def test_spanish_is_plain_from_fairly_easy_on() -> None:
    assert is_plain("El gato es de mi casa. Es muy bueno.", "es")
    assert not is_plain("Heterogeneidad transcriptómica inmunosupresora multidimensional.", "es")
    assert spanish_ease("2024.") == 100
    assert is_plain(EASY, "en")
    assert not is_plain(HARD, "en")
