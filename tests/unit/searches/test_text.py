"""How a text becomes words."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.searches.text import stem, tokens, words, words_of

TEXTS = st.text(alphabet=st.one_of(st.characters(), st.sampled_from("aA1 -/βé\u0301\u00ad™ﬁ½")))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Triple-negative/basal", "triple negative basal"),
        ("TGFβ1 and TGF-beta", "tgf beta 1 and tgf beta"),
        ("λ, ς and ϑ", "lambda sigma and theta"),
        ("José García", "jose garcia"),
        ("Jose\u0301 NAI\u0308VE", "jose naive"),
        ("Søren Łukasz Æsir straße", "soren lukasz aesir strasse"),
        ("ﬁbrosis ﬂow", "fibrosis flow"),
        ("CO₂ and ½", "co2 and 1 2"),
        ("CRISPR™ Drug® x©y", "crispr drug x y"),
        ("treat\u00adment can\u200bcer \u202ecba", "treatment cancer cba"),
        ("Alzheimer’s 5'-UTR", "alzheimer s 5 utr"),
        ("a\u00a0b\u2028c\x00d", "a b c d"),
        ("שלום 🎗️ 漢字", ""),
        ("", ""),
    ],
)
def test_case_accents_and_encodings_do_not_count(text: str, expected: str) -> None:
    assert words_of(text) == expected.split()
    assert words(text) == tuple(expected.split())


@given(TEXTS)
def test_the_quick_way_and_the_way_with_places_give_the_same_words(text: str) -> None:
    assert words_of(text) == [token.word for token in tokens(text)]


@given(TEXTS)
def test_tokens_stand_in_their_order_and_hold_their_words(text: str) -> None:
    found = tokens(text)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(one.start <= other.start for one, other in pairwise(found))
    for token in found:
        assert token.word in words_of(text[token.start : token.end])


@given(TEXTS)
def test_words_are_of_themselves_the_same_words(text: str) -> None:
    found = words_of(text)
    assert words_of(" ".join(found)) == found


@given(TEXTS)
def test_however_a_text_is_composed_its_words_are_the_same(text: str) -> None:
    composed, apart = unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)
    assert words_of(composed) == words_of(apart)


def test_an_accent_that_stands_alone_belongs_to_the_letter_before_it() -> None:
    (token,) = tokens("jose\u0301")
    assert (token.start, token.end) == (0, 5)


@pytest.mark.parametrize(
    ("word", "other"), [("studies", "study"), ("tumors", "tumor"), ("alzheimers", "alzheimer")]
)
def test_inflections_share_a_stem(word: str, other: str) -> None:
    assert stem(word) == stem(other)
