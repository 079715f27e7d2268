"""What was asked of the real RePORTER and what it answered, beside what we would ask and find."""

import gzip
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, cast

import orjson
import pytest

from tidings.projects.canonicalise import canonical_fields
from tidings.sandbox.words import field_of, make_test
from tidings.searches.document import Document
from tidings.searches.evaluate import holds
from tidings.searches.grammar import parse
from tidings.searches.translate import translate

TODAY = date(2026, 11, 23)
ASKED = (
    '"qualitative data" title:trop2 NOT mice',
    'pi:"bogang wu" org:"broad institute" city:cambridge fy:2020',
    "project:R01CA286969 ic:NCI state:AZ activity:R01 start>=2020-01-01 amount>5",
)


def lines(path: Path) -> Iterator[Any]:
    content = path.read_bytes()
    plain = gzip.decompress(content) if path.suffix == ".gz" else content
    yield from map(orjson.loads, plain.splitlines())


def observed(real_data: Path) -> dict[str, set[str]]:
    """Return each criterion that was seen in a request, with the forms that its values had."""
    found: dict[str, set[str]] = {}
    for line in lines(real_data / "saved-searches/observed-queries.jsonl"):
        request: dict[str, Any] = line.get("request") or {}
        criteria: dict[str, Any] = request.get("criteria") or request
        for name, value in criteria.items():
            if value is not None:
                found.setdefault(name, set()).add(form(value))
    return found


def form(value: Any) -> str:
    if isinstance(value, dict):
        named = cast("dict[str, Any]", value)
        return ", ".join(f"{key}: {form(named[key])}" for key in sorted(named))
    if isinstance(value, list):
        return f"list of {form(cast('list[Any]', value)[0])}" if value else "list"
    return type(value).__name__


def exchanges(real_data: Path) -> Iterator[tuple[dict[str, str], list[dict[str, Any]]]]:
    for line in lines(real_data / "awardfindr/exchanges.jsonl.gz"):
        asked = line["request"]["criteria"]["advanced_text_search"]
        yield asked, line["response"]["results"]


def test_criteria_have_the_form_of_those_that_reporter_answered(real_data: Path) -> None:
    seen = observed(real_data)
    common = 0
    for search in ASKED:
        for name, value in translate(parse(search), today=TODAY).criteria.items():
            if name in seen:
                common += 1
                assert form(value) in seen[name], name
    assert common >= 4


def test_all_records_that_a_quoted_text_brought_hold_it_by_our_rules(real_data: Path) -> None:
    returned = held = 0
    for asked, records in exchanges(real_data):
        if asked["operator"] == "advanced":
            query = parse(f"abstract:{asked['search_text']}")
            written = translate(query, today=TODAY).criteria["advanced_text_search"]
            assert written == asked
            documents = [Document(canonical_fields(record)) for record in records]
            returned += len(documents)
            held += sum(holds(query, document) for document in documents)
    assert (returned, held) == (1225, 1225)


def test_of_records_that_a_term_brought_three_in_four_have_it_in_the_abstract_too(
    real_data: Path,
) -> None:
    abstracts = [
        Document(canonical_fields(record))
        for asked, records in exchanges(real_data)
        if asked["search_field"] == "terms"
        for record in records
        if record["abstract_text"]
    ]
    held = sum(holds(parse("abstract:qualitative"), document) for document in abstracts)
    assert len(abstracts) == 171
    assert held == 135  # the recorded records have no terms to look at


def test_a_third_of_the_words_among_terms_stand_in_the_thesaurus_alone(real_data: Path) -> None:
    alone = everything = 0
    for record in lines(real_data / "projects.jsonl.gz"):
        both = Document(canonical_fields(record))
        preferred = Document(canonical_fields(record | {"terms": None}))
        words = both.words("terms")
        everything += len(words)
        alone += len(words - preferred.words("text"))
    assert 0.30 < alone / everything < 0.32


@pytest.mark.parametrize(
    "text",
    [
        '(brain AND damage) OR ("insane in the membrane") AND cure',
        '(head AND trauma) OR "brain damage" AND NOT "psychological"',
        "COVID-19",
        "aging AND neuroscience",
        '"Alzheimer\'s disease"',
        '"minority-serving institution" OR MSI OR HBCU',
    ],
)
def test_a_text_that_others_send_finds_the_same_once_we_have_read_and_written_it(
    text: str, real_data: Path
) -> None:
    asked = translate(parse(text), today=TODAY).criteria["advanced_text_search"]
    theirs, ours = make_test(text, "advanced"), make_test(asked["search_text"], "advanced")
    assert theirs is not None
    assert ours is not None
    for record in lines(real_data / "projects-partial.jsonl.gz"):
        fields = [field_of(record.get(name) or "") for name in ("project_title", "abstract_text")]
        assert ours(fields) == theirs(fields)
