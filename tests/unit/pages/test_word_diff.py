"""Two versions of a text, word by word: nothing is lost, and no text takes long."""

from collections.abc import Iterator
from itertools import islice
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.pages.word_diff import Fate, Piece, hunks, list_diff, word_diff

texts = st.lists(st.sampled_from(["a", "b", "c", "d.", "e!", "f"]), max_size=40).map(" ".join)
SAME, GONE, COME, SKIPPED = Fate.SAME, Fate.GONE, Fate.COME, Fate.SKIPPED


def drawn(seed: int, kinds: int, count: int) -> list[str]:
    """Return so many words of so many kinds, in no order; the same seed gives the same."""

    def numbers() -> Iterator[int]:
        state = seed
        while True:
            state = (state * 1_103_515_245 + 12_345) % 2**31
            yield state >> 8

    return [f"w{number % kinds}" for number in islice(numbers(), count)]


def without(fate: Fate, pieces: tuple[Piece, ...]) -> list[str]:
    return " ".join(piece.text for piece in pieces if piece.fate is not fate).split()


@given(texts, texts)
def test_either_text_can_be_read_from_the_pieces(before: str, after: str) -> None:
    pieces = word_diff(before, after)
    assert without(COME, pieces) == before.split()
    assert without(GONE, pieces) == after.split()
    assert (before == after) == all(piece.fate is SAME for piece in pieces)


def test_a_word_that_was_replaced_is_told_as_gone_and_come() -> None:
    assert word_diff("the end date is old", "the end day is old") == (
        (SAME, "the end"),
        (GONE, "date"),
        (COME, "day"),
        (SAME, "is old"),
    )


def test_of_what_both_have_a_few_words_around_a_difference_stay() -> None:
    pieces = hunks(word_diff("x " * 40 + "old " + "y " * 40, "x " * 40 + "new " + "y " * 40))
    assert [piece.fate for piece in pieces] == [SKIPPED, SAME, GONE, COME, SAME, SKIPPED]
    assert pieces[1].text == "x x x x x x x x"


def test_of_lists_only_what_came_and_went_is_told() -> None:
    assert list_diff(["a", "whole genome"], ["whole genome", "a", "mice"]) == ((COME, "mice"),)
    assert list_diff(["a"], ["b"]) == ((GONE, "a"), (COME, "b"))


def test_in_a_long_text_the_words_of_a_rewritten_sentence_are_still_told() -> None:
    words = drawn(7, 60, 8000)
    sentences = [" ".join(words[at : at + 20]) + "." for at in range(0, 8000, 20)]
    before, after = " ".join(sentences), " ".join([*sentences[:200], "New.", *sentences[201:]])
    assert [piece.text for piece in word_diff(before, after) if piece.fate is COME] == ["New."]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a " * 25_000, "a b " * 12_500),
        ("a" * 50_000, "b" * 50_000),
        ("a b c. " * 7000, "a b d. " * 7000),
        (" ".join(map(str, range(9000))), " ".join(map(str, range(9000, 0, -1)))),
        (" ".join(drawn(1, 20, 16_000)), " ".join(drawn(2, 20, 16_000))),
        (" ".join(drawn(1, 160, 10_000)), " ".join(drawn(2, 160, 10_000))),
    ],
    ids=["one word", "no space", "sentences", "backwards", "few words", "some words"],
)
def test_no_text_of_fifty_thousand_characters_takes_long(before: str, after: str) -> None:
    begun = process_time()
    pieces = word_diff(before, after)
    assert process_time() - begun < 3
    assert without(GONE, pieces) == after.split()
