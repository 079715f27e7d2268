"""The client asks and the sandbox answers, as RePORTER does when all is well and when it is not."""

from collections.abc import Generator
from datetime import timedelta
from time import monotonic
from typing import Any, cast

import httpx
import pytest

from tidings.errors import RejectedError, RetryableError
from tidings.reporter.client import ProjectPage, ReporterClient
from tidings.reporter.criteria import Criteria
from tidings.reporter.pacing import NoPacer
from tidings.reporter.patience import Patience
from tidings.sandbox.faults import Mode
from tidings.sandbox.running import Options, Sandbox, running_sandbox

CORPUS = 120


@pytest.fixture(scope="module")
def running() -> Generator[Sandbox]:
    with running_sandbox(Options(corpus=CORPUS)) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Generator[Sandbox]:
    running.hold_week(2)
    yield running
    running.recover()


@pytest.fixture
def client(sandbox: Sandbox) -> Generator[ReporterClient]:
    patience = Patience(tries=2, first=timedelta(milliseconds=10))
    with ReporterClient(sandbox.url, pacer=NoPacer(), timeout=2, patience=patience) as made:
        yield made


def records(page: ProjectPage) -> list[dict[str, Any]]:
    return [cast("dict[str, Any]", row.value) for row in page.rows]


def by_number(client: ReporterClient) -> dict[int, dict[str, Any]]:
    return {record["appl_id"]: record for record in records(client.search_projects(Criteria()))}


def post(sandbox: Sandbox, body: dict[str, Any]) -> httpx.Response:
    return httpx.post(f"{sandbox.url}/v2/projects/search", json=body, trust_env=False)


def test_pages_together_hold_every_record_once(client: ReporterClient) -> None:
    total = client.count_projects(Criteria())
    pages = [
        client.search_projects(Criteria(), offset=start, limit=50) for start in range(0, total, 50)
    ]
    ids = [record["appl_id"] for page in pages for record in records(page)]
    assert total > CORPUS
    assert (len(ids), len(set(ids))) == (total, total)
    assert ids == sorted(ids)


def test_a_week_later_some_records_are_others(client: ReporterClient, sandbox: Sandbox) -> None:
    before = by_number(client)
    sandbox.hold_week(12)
    after = by_number(client)
    moved = [one for one in before if one in after and before[one] != after[one]]
    assert moved
    assert set(after) - set(before)
    sandbox.hold_week(2)
    again = by_number(client)
    assert again == before


def test_criteria_choose(client: ReporterClient) -> None:
    everything = client.search_projects(Criteria()).rows
    some = records(client.search_projects(Criteria(agencies=("NCI",))))
    institutes = {record["agency_ic_admin"]["abbreviation"] for record in some}
    assert institutes == {"NCI"}
    assert 0 < len(some) < len(everything)


def test_what_reporter_refuses_it_refuses_in_its_words(sandbox: Sandbox) -> None:
    refused = post(sandbox, {"criteria": {}, "offset": 15_000, "limit": 500})
    assert refused.status_code == 400
    assert isinstance(refused.json(), list)


def test_what_reporter_ignores_it_ignores(sandbox: Sandbox) -> None:
    everything = post(sandbox, {"criteria": {}, "limit": 1}).json()["meta"]["total"]
    misspelt = post(sandbox, {"criteria": {"agenciez": ["NCI"]}, "limit": 1}).json()
    assert misspelt["meta"]["total"] == everything


@pytest.mark.parametrize(
    ("mode", "details"),
    [
        (Mode.STATUS, {"status": 503}),
        (Mode.HTML, {}),
        (Mode.TRUNCATED, {}),
        (Mode.RESET, {}),
        (Mode.RATE_LIMIT, {}),
    ],
)
def test_one_failure_is_tried_again_and_lasting_failure_is_said(
    mode: Mode, details: dict[str, Any], client: ReporterClient, sandbox: Sandbox
) -> None:
    sandbox.fail(mode, times=1, **details)
    assert client.search_projects(Criteria()).rows
    sandbox.fail(mode, **details)
    with pytest.raises(RetryableError, match="RePORTER"):
        client.search_projects(Criteria())


def test_a_request_that_hangs_is_given_up(client: ReporterClient, sandbox: Sandbox) -> None:
    sandbox.fail(Mode.HANG)
    with pytest.raises(RetryableError, match="no answer within 2 seconds"):
        client.search_projects(Criteria())


def test_a_refused_request_is_not_tried_again(client: ReporterClient, sandbox: Sandbox) -> None:
    sandbox.fail(Mode.STATUS, status=400)
    with pytest.raises(RejectedError):
        client.search_projects(Criteria())


def test_publications_come_with_the_project_that_they_belong_to(
    client: ReporterClient, sandbox: Sandbox
) -> None:
    sandbox.hold_week(40)
    answer = httpx.post(
        f"{sandbox.url}/v2/publications/search", json={"criteria": {}, "limit": 10}, trust_env=False
    ).json()
    assert set(answer["results"][0]) == {"coreproject", "pmid", "applid"}
    assert client.count_projects(Criteria())


def test_the_sandbox_says_who_asked_when_and_what_came_of_it(
    client: ReporterClient, sandbox: Sandbox
) -> None:
    before = len(sandbox.visits())
    began = monotonic()
    client.count_projects(Criteria())
    sandbox.fail(Mode.STATUS, status=400)
    with pytest.raises(RejectedError):
        client.count_projects(Criteria())
    seen = sandbox.visits()[before:]
    assert [(visit.path, visit.status) for visit in seen] == [
        ("/v2/projects/search", 200),
        ("/v2/projects/search", 400),
    ]
    assert began <= seen[0].at < seen[1].at <= monotonic()
