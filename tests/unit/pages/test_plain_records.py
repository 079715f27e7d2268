"""Study pages in plain words, over every record there is: recorded ones and invented ones."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pytest
from record_sources import EXAMPLE, invented_records, recorded_records

from tidings.pages.facts import study_facts
from tidings.pages.grounding import LISTS, PROSE, Section, Sentence, broken, source_text
from tidings.pages.plain import PlainPage, plain_page
from tidings.pages.readability import is_plain, plain_grade, spanish_ease, without_names
from tidings.projects.canonicalise import Canonical
from tidings.rendering.speech import Speech, speech_of

LANGUAGES = ("en", "es")
DEFECTS = re.compile(
    r"\[\s*['\"]|['\"]\s*\]|\b[A-Za-z]+_[A-Za-z]|\bNone\b|trial id|\bsex\b|good fit|not a fit|"
    r"\bI would\b|\bsites?\b|ideal candidate|editorial|similar studies|clinicaltrials|\{|\}|"
    r"listed above|as an ai",
    re.IGNORECASE,
)
"""What the page that people know said, and no page of ours may: see its twelve defects."""


@pytest.fixture(scope="module", params=["invented", "recorded"])
def records(request: pytest.FixtureRequest) -> tuple[Canonical, ...]:
    """Give the records, each kind in turn."""
    if request.param == "invented":
        return invented_records()
    folder: Path = request.getfixturevalue("real_data")
    return recorded_records(folder)


@pytest.fixture(scope="module")
def pages(records: tuple[Canonical, ...]) -> list[tuple[Canonical, PlainPage]]:
    """Give each record with its page."""
    return [(record, plain_page(record, papers=2, trials=1)) for record in records]


def said(sentence: Sentence, speech: Speech, *, names: bool) -> str:
    text = speech.written(sentence.text)
    if names:
        return text
    return without_names(text, map(speech.written, sentence.names), speech.language)


def test_every_page_has_a_headline_and_every_section(
    pages: list[tuple[Canonical, PlainPage]],
) -> None:
    for record, page in pages:
        assert page.headline.text.startswith(("A ", "Equipment", "Rooms", "Help", "Contract"))
        assert page.headline == page.of(Section.HEADLINE)[0]
        order = [one.section for one in page.sentences]
        assert order == sorted(order, key=list(Section).index), record["appl_id"]
        assert set(order) >= set(Section) - {Section.WHERE}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_and_every_whole_page_is_easy_to_read(
    pages: list[tuple[Canonical, PlainPage]], language: str
) -> None:
    speech = speech_of(language)
    measure = plain_grade if language == "en" else spanish_ease
    for record, page in pages:
        whole = " ".join(said(one, speech, names=True) for one in page.sentences)
        assert is_plain(whole, language), (record["appl_id"], measure(whole))
        for one in page.sentences:
            text = said(one, speech, names=False)
            assert is_plain(text, language), (record["appl_id"], text, measure(text))


def test_every_source_is_in_the_record_at_its_place(
    pages: list[tuple[Canonical, PlainPage]],
) -> None:
    for record, page in pages:
        spans = [span for one in page.sentences for span in one.spans]
        spans += [one.span for one in page.conditions]
        spans += [cue.span for cue in page.evidence.cues]
        for span in spans:
            assert span.appl_id == record["appl_id"]
            assert span.text
            source = source_text(record, span.field)
            assert source is not None
            assert source[span.start : span.end] == span.text
        for quote in page.quotes:
            source = record[quote.field]
            for part in quote.paragraphs:
                assert source[part.start : part.end] == part.text
            ends = [0, *(part.end for part in quote.paragraphs), len(source)]
            starts = [part.start for part in quote.paragraphs] + [len(source)]
            gaps = [source[at:to] for at, to in zip(ends, starts, strict=False)][1:]
            assert not "".join(gaps).strip()  # nothing but the heading is left out


def test_a_change_in_a_field_breaks_just_the_sentences_that_cite_it(
    pages: list[tuple[Canonical, PlainPage]],
) -> None:
    for record, page in pages:
        cited = {span.field for one in page.sentences for span in one.spans}
        for field in cited:
            sources = {record["appl_id"]: altered(record, field)}
            flagged = [one for one in page.sentences if broken(one.spans, sources)]
            citing = [
                one for one in page.sentences if any(span.field == field for span in one.spans)
            ]
            assert flagged == citing, (record["appl_id"], field)


def test_a_sentence_says_nothing_of_a_field_that_it_does_not_cite(
    pages: list[tuple[Canonical, PlainPage]],
) -> None:
    for record, page in pages[::10]:
        cited = {span.field for one in page.sentences for span in one.spans}
        for field in sorted(cited - PROSE - LISTS):
            after = plain_page(altered(record, field), papers=2, trials=1)
            others = [one for one in page.sentences if field not in {s.field for s in one.spans}]
            assert [one for one in others if one not in after.sentences] == [], field


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_has_a_defect_of_the_page_that_people_know(
    pages: list[tuple[Canonical, PlainPage]], language: str
) -> None:
    speech = speech_of(language)
    for _, page in pages:
        for one in page.sentences:
            text = said(one, speech, names=False)
            assert not DEFECTS.search(text), text
            for word in ("cure", "you should", "eligible", "promising"):
                assert word not in text.lower()


def test_no_facts_have_a_list_or_a_code_in_them(records: tuple[Canonical, ...]) -> None:
    for record in records:
        facts = study_facts(record)
        for text in (facts.kind, facts.status, facts.place, facts.institution, facts.funder):
            assert not re.search(r"\[|\]|_|\bNone\b", text), text
        assert facts.place == facts.place.strip(" ,")
        assert not facts.place.isupper() or not facts.place
        assert not re.search(r", [A-Z]{2}$", facts.place)  # a state is written out
        assert all(one.name for one in facts.researchers)


def test_the_same_record_gives_the_same_page(pages: list[tuple[Canonical, PlainPage]]) -> None:
    for record, page in pages[::20]:
        assert plain_page(record, papers=2, trials=1) == page


def test_the_page_that_people_know_comes_out_right(real_data: Path) -> None:
    record = recorded_records(real_data)[-1]
    assert record["appl_id"] == EXAMPLE
    page = plain_page(record)
    assert page.headline.text == (
        "A study about triple-negative breast cancer at Massachusetts General Hospital"
    )
    assert [str(one.name) for one in page.conditions[:2]] == [
        "triple-negative breast cancer",
        "breast cancer",
    ]
    assert "Bogang Wu leads it." in {one.text for one in page.of(Section.RESEARCHERS)}
    assert [cue.span.text for cue in page.evidence.cues] == ["patients", "mouse models"]
    spanish = speech_of("es").written(page.headline.text)
    assert spanish.startswith("Un estudio sobre cáncer de mama triple negativo en ")


def altered(record: Canonical, path: str) -> Canonical:
    """Return a record in which one field says something else, of the same kind."""
    return _altered(record, path.split("."))


def _altered(value: Any, parts: list[str]) -> Any:
    if not parts:
        return _other(value)
    part, *rest = parts
    if isinstance(value, Mapping):
        fields = cast("Mapping[str, Any]", value)
        return {**fields, part: _altered(fields[part], rest)}
    at = int(part)
    return [*value[:at], _altered(value[at], rest), *value[at + 1 :]]


def _other(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str() if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            return "1901-02-03"
        case _:
            return "Quux"
