"""Asking for drafts by command, in this process: each start takes seconds."""

import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from conftest import NOW
from endpoint_of_tests import EndpointServer, running_endpoint
from model_server import GOOD, RECORD, drafted
from sources import ListedSource, record
from sweeps import run_sweep
from typer.testing import CliRunner, Result

from tidings.cli.app import app
from tidings.cli.parts import open_parts
from tidings.errors import RejectedError

KEY = "CA000001"


@pytest.fixture(autouse=True)
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[EndpointServer]:
    """Give a language model that the settings name, and a study in the store."""
    with running_endpoint() as running:
        running.reply = drafted(GOOD)
        monkeypatch.setenv("TIDINGS_DATA_DIR", str(tmp_path / "data"))
        monkeypatch.setenv("TIDINGS_LLM_URL", f"{running.url}v1")
        monkeypatch.setenv("TIDINGS_LLM_MODEL", "test-model")
        monkeypatch.setenv("COLUMNS", "200")
        texts = {name: text for name, text in RECORD.items() if name != "appl_id"}
        with open_parts() as parts:
            run_sweep(parts.engine, ListedSource([record(1, **texts)]), now=NOW)
        yield running


def tidings(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def said(done: Result) -> str:
    assert done.exception is None
    return " ".join(done.output.split())


def test_a_draft_is_wanted_written_and_listed(model: EndpointServer) -> None:
    asked = said(tidings("pages", "draft", KEY))
    assert f"Version 1 of {KEY} (en): wanted, by test-model." in asked
    assert model.calls == []
    assert "Version 1" in said(tidings("pages", "draft", KEY, "--now"))
    assert "(en): draft, by test-model." in said(tidings("pages", "draft", KEY))
    assert "--again asks anew" in said(tidings("pages", "draft", KEY, "--now"))
    assert len(model.calls) == 1
    model.reply = drafted(())
    failed = said(tidings("pages", "draft", KEY, "--again", "--now"))
    assert f"Version 2 of {KEY} (en): failed" in failed
    assert "the draft: a draft needs at least 2 good sentences" in failed
    listed = tidings("pages", "drafts").output.splitlines()
    assert [line.split()[:5] for line in listed if line.lstrip().startswith(KEY)] == [
        [KEY, "en", "2", "failed", "test-model"],
        [KEY, "en", "1", "draft", "test-model"],
    ]


def test_without_a_language_model_nothing_can_be_drafted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDINGS_LLM_URL", "")
    done = tidings("pages", "draft", KEY)
    assert isinstance(done.exception, RejectedError)
    assert "drafts are off: set TIDINGS_LLM_URL" in str(done.exception)


def test_without_the_extra_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "tidings.pages.drafting_client", raising=False)
    monkeypatch.setitem(sys.modules, "pydantic_ai", None)
    done = tidings("pages", "draft", KEY)
    assert isinstance(done.exception, RejectedError)
    assert "pip install 'tidings[drafts]'" in str(done.exception)
