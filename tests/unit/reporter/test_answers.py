"""What answers mean to the client."""

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import orjson
import pytest

from tidings.errors import RejectedError, RetryableError
from tidings.reporter.answers import Answer, Failure, error_text, read_answer
from tidings.reporter.body import Body
from tidings.reporter.client import ReporterClient, user_agent
from tidings.reporter.criteria import Criteria
from tidings.reporter.pacing import NoPacer
from tidings.reporter.patience import Patience

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
GOOD = b'{"meta":{"total":0},"results":[]}'


def meaning(status: int, content: bytes = b"", **headers: str) -> Body | Failure:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return read_answer(Answer(status, named, content), whom="RePORTER", now=NOW).outcome


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 520])
def test_a_passing_failure_may_be_tried_again(status: int) -> None:
    assert meaning(status, retry_after="30") == Failure(
        f"RePORTER answered {status}", timedelta(seconds=30)
    )


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 405, 413])
def test_a_lasting_no_is_rejected(status: int) -> None:
    with pytest.raises(RejectedError, match=f"answered {status}"):
        meaning(status, b"[]")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<!DOCTYPE html><html>", "web page"),
        (b"  <html>", "web page"),
        (b'{"meta":{"total":3},"res', "broken data"),
        (b"", "broken data"),
        (b'{"meta":{"total":null},"results":[]}', "without a total"),
        (b'{"meta":{"total":true},"results":[]}', "without a total"),
        (b'{"meta":{"total":-1},"results":[]}', "without a total"),
    ],
)
def test_status_200_without_data_may_be_tried_again(content: bytes, reason: str) -> None:
    outcome = meaning(200, content)
    assert isinstance(outcome, Failure)
    assert reason in outcome.reason


def test_an_answer_that_spends_the_rate_limit_asks_for_quiet() -> None:
    headers = {
        "date": "Mon, 23 Nov 2026 10:00:00 GMT",  # the server's clock, not ours, counts
        "x-rate-limit-remaining": "0",
        "x-rate-limit-reset": "2026-11-23T10:00:45Z",
    }
    read = read_answer(Answer(200, headers, GOOD), whom="RePORTER", now=NOW)
    assert read.quiet_for == timedelta(seconds=45)
    assert isinstance(read.outcome, Body)


def test_recorded_refusals_are_shown_without_entities(real_data: Path) -> None:
    with gzip.open(real_data / "mcp-log" / "exchanges.jsonl.gz") as lines:
        exchanges = [cast("dict[str, Any]", orjson.loads(line)) for line in lines]
    bodies = [e["error_body"].partition(" - ")[2] for e in exchanges if "error_body" in e]
    assert len(bodies) == 2
    for body in bodies:
        text = error_text(body.encode())
        assert text.startswith("Error converting value \"SBIR\" to type 'System.String[]'. Path")
        assert "&" not in text


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "without a word"),
        (b"plain words", "plain words"),
        (b'["one","two"]', "one; two"),
        (b'{"title":"no"}', "{'title': 'no'}"),
    ],
)
def test_any_error_body_gives_words(content: bytes, text: str) -> None:
    assert error_text(content) == text


def test_an_unreachable_reporter_is_named_with_its_address() -> None:
    quick = Patience(tries=2, first=timedelta(milliseconds=1))
    with (
        ReporterClient("http://127.0.0.1:9", pacer=NoPacer(), patience=quick) as client,
        pytest.raises(RetryableError, match=r"cannot be reached at http://127\.0\.0\.1:9"),
    ):
        client.search_projects(Criteria())


@pytest.mark.parametrize(
    "address", ["", "reporter.nih.gov", "ftp://x.example", "http://", "http://a:b"]
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(RejectedError, match="no address"):
        ReporterClient(address, pacer=NoPacer())


def test_we_introduce_ourselves() -> None:
    assert user_agent("").startswith("Tidings/")
    assert user_agent("ops@example.org\r\nX-Evil: 1").endswith(" (ops@example.org X-Evil: 1)")
