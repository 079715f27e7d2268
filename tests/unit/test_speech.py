"""One language and another: how each writes numbers, lists and whole texts."""

import pickle
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from tidings.rendering.speech import ENGLISH, LANGUAGES, Sayable, Speech, speech_of

SPANISH = Speech("es")


def test_a_text_is_english_wherever_a_string_will_do_and_any_language_says_it_again() -> None:
    hint = Sayable("did you mean {names}?", names=("pi:", "title:"))
    text = Sayable("There is no field {field}: {hint}", field="“titel”", hint=hint)
    assert text == "There is no field “titel”: did you mean pi: or title:?"
    assert SPANISH.say(text) == "No existe el campo “titel”: ¿quiso decir pi: o title:?"
    assert ENGLISH.say(text) == text


def test_a_text_without_values_is_the_frame_of_others() -> None:
    frame = Sayable("State: {values}.")
    assert Sayable(frame, values="AZ, {x}") == "State: AZ, {x}."
    assert SPANISH.say(Sayable(frame, values="AZ")) == "State (estado): AZ."


@pytest.mark.parametrize(
    ("number", "english", "spanish"),
    [
        (0, "0 studies", "0 estudios"),
        (1, "1 study", "1 estudio"),
        (1481, "1,481 studies", "1,481 estudios"),
    ],
)
def test_a_counted_text_has_the_form_of_its_number(number: int, english: str, spanish: str) -> None:
    text = Sayable.counted(number, "{n} study", "{n} studies")
    assert (text, SPANISH.say(text)) == (english, spanish)


def test_values_are_written_as_the_language_writes_them() -> None:
    values = (12345, date(2027, 1, 31), "as it is", ["a", "b"], True)
    assert [*map(ENGLISH.written, values)] == ["12,345", "31 Jan 2027", "as it is", "a; b", "True"]
    assert SPANISH.written(date(2027, 1, 31)) == "31 ene 2027"


@pytest.mark.parametrize(
    ("items", "both", "one"),
    [
        (["Texas"], "Texas", "Texas"),
        (["Texas", "Utah"], "Texas y Utah", "Texas o Utah"),
        (["Texas", "Utah", "Ohio"], "Texas, Utah y Ohio", "Texas, Utah u Ohio"),
        (["Texas", "Illinois"], "Texas e Illinois", "Texas o Illinois"),
        (["“a”", "“ovary”"], "“a” y “ovary”", "“a” u “ovary”"),
        (["agua", "hielo"], "agua y hielo", "agua o hielo"),
        (["padre", "hijo"], "padre e hijo", "padre o hijo"),
    ],
)
def test_spanish_lists_sound_as_they_should(items: list[str], both: str, one: str) -> None:
    assert (SPANISH.listed(items), SPANISH.either(items)) == (both, one)
    assert SPANISH.chained(items[-2:], is_all=True).endswith(both[-len(items[-1]) :])


def test_a_chain_has_its_word_between_each_two() -> None:
    assert ENGLISH.chained(["a", "b", "c"], is_all=False, divide=",") == "a, or b, or c"
    assert SPANISH.chained(["dirigidos", "otorgados"], is_all=False) == "dirigidos u otorgados"


def test_a_language_that_we_do_not_speak_is_english() -> None:
    assert [speech_of(one).language for one in (*LANGUAGES, "fr", "")] == ["en", "es", "en", "en"]


def test_a_text_survives_being_sent_to_another_process() -> None:
    text = Sayable("{words} ({code})", words=Sayable("Research project"), code="R01")
    again: Sayable = pickle.loads(pickle.dumps(text))  # noqa: S301 - our own
    assert (again, SPANISH.say(again)) == (text, "Proyecto de investigación (R01)")


def test_one_instant_is_the_day_that_it_is_in_each_zone() -> None:
    here = datetime(2026, 3, 31, 1, 0, tzinfo=UTC)
    there = here.astimezone(timezone(-timedelta(hours=5)))
    assert here == there
    assert [ENGLISH.day(one) for one in (here, there)] == ["31 Mar 2026", "30 Mar 2026"]
    assert [ENGLISH.short_day(one) for one in (there, here)] == ["30 Mar", "31 Mar"]
