"""Records are cut into sentences of which not a character is lost."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from model_server import RECORD

from tidings.pages.grounding import holds
from tidings.pages.spans import LONGEST, excerpt_of, sentences, source_hash


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


def is_lossless(text: str) -> bool:
    """Say whether the sentences follow on each other and only white space stands between them."""
    at = 0
    for start, end in sentences(text):
        if start < at or end <= start or text[at:start].strip() or end - start > LONGEST:
            return False
        at = end
    return not text[at:].strip()


@pytest.mark.parametrize(
    "text",
    [
        "Drugs, e.g. Taxol, work i.v. Or so.",
        "Dr. Wu and Prof. Lee lead it.",
        "Smith et al. Nature showed this.",
        "A dose of 0.5 mg. is given.",
        "It rose 3.5 times, i.e. Much.",
        "See Figs. 3 and Fig. 4 for this.",
        "Mice vs. Rats were compared.",
        "J. R. Smith leads the work.",
        "It is approx. 5 years old.",
        "The E. coli strain grows.",
        "What (if anything?) helps is open.",
        "Aim 1. Find the cells.",
        "2. Find the cells.",
    ],
)
def test_an_abbreviation_ends_no_sentence(text: str) -> None:
    assert cut(text) == [text]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Cells age. Mice do too.", ["Cells age.", "Mice do too."]),
        ("Cells age! Do mice? Yes.", ["Cells age!", "Do mice?", "Yes."]),
        (
            'It is "old." It is (too old.) Cells die.',
            ['It is "old."', "It is (too old.)", "Cells die."],
        ),
        ("It kills in the U.S. We study why.", ["It kills in the U.S.", "We study why."]),
        ("It needs vitamin C. The team knows.", ["It needs vitamin C.", "The team knows."]),
        ("Cells age\n\nmice too", ["Cells age", "mice too"]),
        ("Aims:\n1) find cells\n2) count cells", ["Aims:", "1) find cells", "2) count cells"]),
        ("Aims:\n• find cells\n• count cells", ["Aims:", "• find cells", "• count cells"]),
        ("Cells age.  \n Mice do.\t", ["Cells age.", "Mice do."]),
        ("β cells die. β cells matter.", ["β cells die.", "β cells matter."]),
        ("", []),
        (" \n ", []),
    ],
)
def test_a_sentence_ends_where_a_reader_would_say(text: str, parts: list[str]) -> None:
    assert cut(text) == parts


@given(st.text(alphabet=st.sampled_from("aB1.?!\n\t •-()\"'é") | st.characters(), max_size=300))
def test_whatever_is_written_nothing_of_it_is_lost(text: str) -> None:
    assert is_lossless(text)


def test_what_runs_on_without_a_stop_is_cut_at_words() -> None:
    for text in ("word " * 1000, "x" * 5000):
        assert is_lossless(text)
        assert len(cut(text)) > 1


def test_an_excerpt_has_the_title_the_narrative_and_the_abstract_where_they_stand() -> None:
    excerpt = excerpt_of(RECORD, most=12_000)
    assert [one.number for one in excerpt.passages] == list(range(1, 10))
    assert excerpt.passages[1].shown == "Breast cancer kills many women each year."
    for one in excerpt.passages:
        source = RECORD[one.span.field]
        assert source[one.span.start : one.span.end] == one.span.text
        assert holds(one.span, RECORD)


def test_a_long_record_is_cut_between_two_sentences_and_says_how_much_is_left() -> None:
    excerpt = excerpt_of(RECORD, most=200)
    assert [one.number for one in excerpt.passages] == [1, 2, 3]
    assert excerpt.left_out == 6


def test_one_passage_is_kept_however_little_is_allowed() -> None:
    assert len(excerpt_of(RECORD, most=1).passages) == 1


def test_passages_are_cited_by_number_once_each_or_not_at_all() -> None:
    excerpt = excerpt_of(RECORD, most=12_000)
    cited = excerpt.spans([2, 1, 2])
    assert cited is not None
    assert [span.field for span in cited] == ["phr_text", "project_title"]
    assert excerpt.spans([1, 10]) is None
    assert excerpt_of({"appl_id": 1}, most=12_000).passages == ()


def test_the_hash_of_the_sources_moves_with_their_words_alone() -> None:
    before = source_hash(RECORD)
    assert source_hash(RECORD | {"award_amount": 5}) == before
    for field in ("project_title", "abstract_text", "phr_text"):
        assert source_hash(RECORD | {field: RECORD[field] + "!"}) != before


def test_real_abstracts_are_cut_without_loss_and_none_speaks_to_software(real_data: Path) -> None:
    with gzip.open(real_data / "projects-partial.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    texts = [text for row in rows if (text := row.get("abstract_text"))]
    assert len(texts) > 1000
    assert [text[:50] for text in texts if not is_lossless(text)] == []
    lengths = sorted(len(part) for text in texts for part in cut(text))
    assert 120 < lengths[len(lengths) // 2] < 240
    some = texts[::4]
    excerpts = [excerpt_of({"appl_id": 1, "abstract_text": text}, most=10**6) for text in some]
    assert sum(one.withheld for one in excerpts) == 0
    for text, excerpt in zip(some, excerpts, strict=True):
        spans = [one.span for one in excerpt.passages]
        assert all(text[span.start : span.end] == span.text for span in spans)
