"""A search of ours, put to the sandbox over HTTP: it answers with what we find ourselves."""

from collections.abc import Generator
from datetime import date
from typing import Any, cast

import httpx
import pytest

from tidings.projects.canonicalise import canonical_fields
from tidings.reporter.client import ReporterClient
from tidings.reporter.criteria import Criteria
from tidings.reporter.pacing import NoPacer
from tidings.sandbox.running import Options, Sandbox, running_sandbox
from tidings.searches.document import Document
from tidings.searches.evaluate import holds
from tidings.searches.grammar import parse
from tidings.searches.translate import translate

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def sandbox() -> Generator[Sandbox]:
    with running_sandbox(Options(corpus=120)) as running:
        running.hold_week(2)
        yield running


@pytest.fixture(scope="module")
def client(sandbox: Sandbox) -> Generator[ReporterClient]:
    with ReporterClient(sandbox.url, pacer=NoPacer()) as made:
        yield made


def by_number(client: ReporterClient, criteria: Criteria) -> dict[int, dict[str, Any]]:
    total = client.count_projects(criteria)
    pages = [
        client.search_projects(criteria, offset=start, limit=500) for start in range(0, total, 500)
    ]
    records = [cast("dict[str, Any]", row.value) for page in pages for row in page.rows]
    return {record["appl_id"]: record for record in records}


@pytest.fixture(scope="module")
def documents(client: ReporterClient) -> dict[int, Document]:
    everything = by_number(client, Criteria())
    return {number: Document(canonical_fields(record)) for number, record in everything.items()}


@pytest.mark.parametrize(
    "search",
    [
        "cancer",
        "tumor AND NOT mice",
        'title:"breast cancer"',
        "abstract:(cells OR genes) NOT abstract:mouse",
        "stud* state:CA",
        "state:CA OR state:NY",
        "activity:R01 fy:2026",
        "fy>=2025 amount>300000",
        "amount>=200000 amount<400000",
        "start>=2024-01-01 end<2028-01-01",
        '("triple-negative" OR TNBC) ic:NCI',
        "org:university pi:lee",
        "country:canada",
    ],
)
def test_the_sandbox_finds_what_we_find_and_more_only_where_it_was_not_asked(
    search: str, client: ReporterClient, documents: dict[int, Document]
) -> None:
    query = parse(search)
    translation = translate(query, today=TODAY)
    found = set(by_number(client, Criteria.model_validate(translation.criteria)))
    ours = {number for number, document in documents.items() if holds(query, document)}
    assert ours <= found
    assert ours == found or translation.left_out
    assert len(found) < len(documents)


def test_a_search_written_by_hand_is_read_as_the_site_reads_it(client: ReporterClient) -> None:
    def count(text: str, operator: str) -> int:
        asked = {"search_text": text, "operator": operator}
        return client.count_projects(Criteria.model_validate({"advanced_text_search": asked}))

    both, either = count("breast cancer", "and"), count("breast cancer", "or")
    assert 0 < count('"breast cancer"', "advanced") <= both < either
    assert count("breast cancer", "advanced") == either
    assert count("breast AND cancer", "advanced") == count("cancers breasts", "and") == both


def test_a_value_of_another_type_is_answered_with_400_and_an_array_of_words(
    sandbox: Sandbox,
) -> None:
    answer = httpx.post(
        f"{sandbox.url}/v2/projects/search",
        json={"criteria": {"funding_mechanism": "SBIR"}, "limit": 20},
        trust_env=False,
    )
    assert answer.status_code == 400
    (words,) = answer.json()
    assert words == (
        "Error converting value &quot;SBIR&quot; to type &#39;System.String[]&#39;. "
        "Path &#39;criteria.funding_mechanism&#39;, line 1, position 39."
    )
