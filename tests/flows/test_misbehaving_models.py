"""Language models that answer with anything but sentences: each failure is words in the row."""

import json
from collections.abc import Generator
from datetime import timedelta

import pytest
from conftest import NOW
from endpoint_of_tests import EndpointServer, Reply, running_endpoint
from model_server import GOOD, JSON, RECORD, answer, completion, drafted, said, spoken
from sources import ListedSource, record
from sqlalchemy import Engine
from sqlmodel import select
from sweeps import run_sweep

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.errors import RejectedError, RetryableError
from tidings.flows.draft_page import draft_page
from tidings.flows.want_draft import want_draft
from tidings.pages.drafting import UnusableAnswerError, make_drafter
from tidings.pages.drafting_client import ModelClient
from tidings.pages.models import PageSentence, PageVersion, VersionState


@pytest.fixture(scope="module")
def model() -> Generator[EndpointServer]:
    with running_endpoint() as running:
        yield running


def ask(model: EndpointServer, reply: Reply, *, timeout: float = 10) -> int:
    model.reply = reply
    client = ModelClient(f"{model.url}v1", "a key", timeout=timeout)
    return len(client(model="test-model", system="rules", user="passages"))


def call_of(name: str, arguments: str) -> Reply:
    function = {"name": name, "arguments": arguments}
    calls = [{"id": "c", "type": "function", "function": function}]
    return said(completion("", choices=[choice({"content": None, "tool_calls": calls})]))


def choice(message: dict[str, object], reason: str = "stop") -> dict[str, object]:
    return {"index": 0, "finish_reason": reason, "message": {"role": "assistant"} | message}


def one_sentence(**changes: object) -> Reply:
    sentence = {"section": "why", "text": "Cells age.", "cites": [1]} | changes
    return said(completion(json.dumps({"sentences": [sentence]})))


UNUSABLE = {
    "50 MB": Reply(200, JSON, b" " * 50_000_000),
    "a web page": Reply(200, {"Content-Type": "text/html"}, drafted(GOOD).body),
    "no content type": Reply(200, {}, drafted(GOOD).body),
    "a stream": Reply(200, {"Content-Type": "text/event-stream"}, b"data: {}\n\ndata: junk\n\n"),
    "packed": Reply(200, JSON | {"Content-Encoding": "gzip"}, drafted(GOOD).body),
    "nothing": Reply(200, JSON, b""),
    "cut": Reply(200, JSON, drafted(GOOD).body[:200]),
    "no text": Reply(200, JSON, b'{"choices": ["\xff"]}'),
    "deep": Reply(200, JSON, b'{"choices": ' + b"[" * 5000 + b"]" * 5000 + b"}"),
    "null": said(None),
    "a list": said([1]),
    "an error": said({"error": {"message": "no"}}),
    "no choices": said(completion("", choices=[])),
    "a number for a choice": said(completion("", choices=[1])),
    "no message": said(completion("", choices=[{"index": 0, "message": None}])),
    "a number for a text": said(completion("", choices=[choice({"content": 5})])),
    "words": spoken("Here is your summary: it cures."),
    "a refusal": spoken("", refusal="I cannot help with that."),
    "filtered": said(completion("", choices=[choice({"content": None}, "content_filter")])),
    "cut by length": said(completion("", choices=[choice({"content": "It"}, "length")])),
    "an unknown tool": call_of("delete_everything", "{}"),
    "broken arguments": said(completion('{"sentences": [')),
    "deep arguments": said(completion("[" * 5000)),
    "a list for arguments": said(completion("[]")),
    "no sentences": said(completion("{}")),
    "a text for sentences": said(completion('{"sentences": "It cures."}')),
    "too many": said(completion(json.dumps(answer(GOOD * 7)))),
    "an unknown section": one_sentence(section="where"),
    "no section": one_sentence(section=None),
    "a word for a number": one_sentence(cites=["the first"]),
    "a number for cites": one_sentence(cites=1),
    "a page for a sentence": one_sentence(text="word " * 1000),
    "an object for a sentence": one_sentence(text={"en": "Cells age."}),
}


@pytest.mark.parametrize("reply", UNUSABLE.values(), ids=UNUSABLE)
def test_an_answer_of_another_form_is_unusable(model: EndpointServer, reply: Reply) -> None:
    with pytest.raises(UnusableAnswerError, match="the answer "):
        ask(model, reply)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422, 302])
def test_a_refusal_is_final(model: EndpointServer, status: int) -> None:
    with pytest.raises(RejectedError, match="the language model refused") as found:
        ask(model, Reply(status, {"Location": f"{model.url}elsewhere"}, b"{}"))
    assert not isinstance(found.value, UnusableAnswerError)


@pytest.mark.parametrize(
    ("reply", "words", "after"),
    [
        (Reply(429, {"Retry-After": "7"}), "status 429", timedelta(seconds=7)),
        (Reply(429), "status 429", None),
        (Reply(500), "status 500", None),
        (Reply(503, {"Retry-After": "soon"}), "status 503", None),
        (Reply(reset=True), "cannot be reached", None),
        (Reply(hang=True), r"no answer in 0\.5 seconds", None),
        (Reply(drip=True), r"no answer in 0\.5 seconds", None),
    ],
)
def test_what_cannot_be_answered_now_may_be_asked_again(
    model: EndpointServer, reply: Reply, words: str, after: timedelta | None
) -> None:
    with pytest.raises(RetryableError, match=words) as found:
        ask(model, reply, timeout=0.5)
    assert found.value.after == after


def test_nobody_at_the_address_may_be_asked_again() -> None:
    client = ModelClient("http://127.0.0.1:9/v1", "", timeout=5)
    with pytest.raises(RetryableError, match="cannot be reached"):
        client(model="test-model", system="rules", user="passages")


def test_a_model_that_writes_its_sentences_instead_of_handing_them_over_is_understood(
    model: EndpointServer,
) -> None:
    assert ask(model, spoken(json.dumps(answer(GOOD)))) == len(GOOD)


def test_a_good_answer_is_read_asked_for_once_with_the_key(model: EndpointServer) -> None:
    model.calls.clear()
    assert ask(model, drafted(GOOD)) == len(GOOD)
    [call] = model.calls
    assert (call.path, call.headers["authorization"]) == ("/v1/chat/completions", "Bearer a key")
    told = json.loads(call.body)
    assert (told["model"], told["max_completion_tokens"]) == ("test-model", 8000)


@pytest.mark.parametrize(
    ("reply", "state", "words"),
    [
        (UNUSABLE["50 MB"], VersionState.FAILED, "the answer has more than 1,000,000 bytes"),
        (UNUSABLE["a stream"], VersionState.FAILED, "the answer is no JSON by its own word"),
        (UNUSABLE["broken arguments"], VersionState.FAILED, "the answer is no list of sentences"),
        (Reply(401), VersionState.FAILED, "the language model refused, with status 401"),
        (Reply(500), VersionState.WANTED, "the language model answered with status 500"),
        (drafted(()), VersionState.FAILED, "a draft needs at least 2 good sentences"),
        (
            drafted([("looks_at", "Stiff tissue keeps immune cells out of 9 tumors.", [5])] * 2),
            VersionState.FAILED,
            "this number is not in the cited passages: “9”",
        ),
    ],
)
def test_each_failure_is_words_in_the_row_and_leaves_no_sentence(
    sqlite_engine: Engine,
    settings: Settings,
    model: EndpointServer,
    reply: Reply,
    state: VersionState,
    words: str,
) -> None:
    texts = {name: text for name, text in RECORD.items() if name != "appl_id"}
    run_sweep(sqlite_engine, ListedSource([record(1, **texts)]), now=NOW)
    using = settings.model_copy(update={"llm_url": f"{model.url}v1", "llm_model": "test-model"})
    model.reply = reply
    with open_session(sqlite_engine) as session:
        wanted = want_draft(session, "CA000001", "en", settings=using, now=NOW)
    found = draft_page(sqlite_engine, make_drafter(using), wanted.version_id, now=NOW)
    with open_session(sqlite_engine) as session:
        version = session.get_one(PageVersion, wanted.version_id)
        assert (found, version.state) == (state, state)
        assert words in version.note
        assert session.exec(select(PageSentence)).all() == []
