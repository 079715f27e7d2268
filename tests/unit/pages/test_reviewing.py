"""What an editor says of a sentence, held against the record."""

from hypothesis import given
from hypothesis import strategies as st

from tidings.pages.grounding import Span, holds
from tidings.pages.marking import Mark, shown
from tidings.pages.models import Verdict
from tidings.pages.reviewing import Written, find_quote, judge, level_of
from tidings.projects.canonicalise import Canonical

RECORD: Canonical = {
    "appl_id": 7,
    "project_title": "Stiff tumors",
    "abstract_text": "Immune cells\ncannot enter\n\nstiff tumors. Tumors are stiff.",
    "award_amount": 176040,
}
SOURCES = {7: RECORD}
GONE = Span(7, "abstract_text", 0, 4, "lost words")


def test_a_quote_is_found_however_its_lines_are_broken_but_never_within_a_word() -> None:
    span = find_quote("cells cannot enter stiff", SOURCES)
    assert span is not None
    assert span.text == "cells\ncannot enter\n\nstiff"
    assert holds(span, RECORD)
    assert find_quote("umors", SOURCES) is None
    assert find_quote("immune cells", SOURCES) is None


def test_words_that_the_record_has_lost_keep_their_place_and_are_pointed_out_when_accepted() -> (
    None
):
    before = ("Old words.", Verdict.ACCEPTED, [GONE])
    for verdict, faults in ((Verdict.PENDING, 0), (Verdict.REJECTED, 0), (Verdict.ACCEPTED, 1)):
        said = Written("Old words.", ("lost words",), verdict)
        judged = judge(said, before=before, sources=SOURCES, language="en")
        assert judged.spans == (GONE,)
        assert len(judged.faults) == faults


def test_a_sentence_stays_edited_and_becomes_it_when_its_words_change() -> None:
    quotes = ("Tumors are stiff",)
    span = find_quote(quotes[0], SOURCES)
    assert span is not None
    for before, text, verdict in (
        (Verdict.PENDING, "They are stiff.", Verdict.ACCEPTED),
        (Verdict.PENDING, "Tumors are stiff.", Verdict.EDITED),
        (Verdict.EDITED, "They are stiff.", Verdict.EDITED),
    ):
        judged = judge(
            Written(text, quotes, Verdict.ACCEPTED),
            before=("They are stiff.", before, [span]),
            sources=SOURCES,
            language="en",
        )
        assert (judged.verdict, judged.faults) == (verdict, ())


def test_how_hard_a_sentence_is_to_read_is_told_in_the_measure_of_its_language() -> None:
    hard = "Immunohistochemical characterisation necessitates multidisciplinary considerations."
    assert level_of("The cells are stiff.", "en") == "grade 0"
    assert level_of(hard, "en").endswith("hard to read")
    assert level_of("Las células son duras.", "es").startswith("ease ")
    assert level_of("", "en") == ""


WORDS = "Immune cells\ncannot enter\n\nstiff tumors. Tumors are stiff."
places = st.integers(0, len(WORDS))


@given(st.lists(st.tuples(places, places), max_size=6))
def test_marks_lose_no_word_of_the_source_and_stand_on_their_words_alone(
    pairs: list[tuple[int, int]],
) -> None:
    spans = [
        Span(7, "abstract_text", min(pair), max(pair), WORDS[min(pair) : max(pair)])
        for pair in pairs
        if pair[0] != pair[1]
    ]
    marks = [Mark(number, span) for number, span in enumerate(spans, 1)]
    fields = shown(SOURCES, marks, first=7)
    assert [field.label for field in fields] == ["Title", "Abstract"]
    pieces = [piece for paragraph in fields[1].paragraphs for piece in paragraph]
    assert "".join(piece.text for piece in pieces) == WORDS.replace("\n\n", "")
    for mark in marks:
        marked = "".join(piece.text for piece in pieces if mark.number in piece.numbers)
        assert marked == mark.span.text.replace("\n\n", "") or "\n" in mark.span.text
        assert sum(mark.number in piece.begins for piece in pieces) <= 1


def test_a_field_that_is_cited_is_shown_and_a_lost_span_marks_nothing() -> None:
    money = Span(7, "award_amount", 0, 6, "176040")
    fields = shown(SOURCES, [Mark(1, money), Mark(2, GONE)], first=7)
    assert [field.label for field in fields] == ["Title", "Abstract", "award amount"]
    numbers = {
        one for field in fields for part in field.paragraphs for p in part for one in p.numbers
    }
    assert numbers == {1}
