"""Loading conditions and looking them up by command, in this process: each start takes seconds."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tidings.cli.app import app
from tidings.errors import RejectedError


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDINGS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "200")


def tidings(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def said(done: Result) -> str:
    assert done.exception is None
    return " ".join(done.output.split())


def test_a_vocabulary_is_loaded_with_counts_and_lends_its_names(tmp_path: Path) -> None:
    file = tmp_path / "some.jsonl"
    rows = [{"id": "X:1", "name": "gout", "synonyms": ["podagra", "?"]}, {"id": "X:2"}]
    file.write_text("\n".join(map(json.dumps, rows)) + "\nnonsense\n")
    loaded = said(tidings("conditions", "load", str(file)))
    assert "line 1 has a synonym without a letter or digit: ?" in loaded
    assert "line 2 has no name" in loaded
    assert "line 3 is no JSON" in loaded
    assert "1 conditions, 1 of them new" in loaded
    assert "2 lines refused 1 synonyms refused" in loaded
    shown = said(tidings("conditions", "show", "podagra"))
    assert "gout (X:1): podagra Search: (podagra OR gout)" in shown
    assert "Searching (gout OR podagra)" in said(tidings("search", "gout", "--with-synonyms"))


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("load", "/nowhere"), "/nowhere cannot be read"),
        (("load", "/dev/null"), "/dev/null holds no condition that can be loaded"),
        (("show", "nonesuch"), "no condition “nonesuch” is known here"),
        (("show", "?"), "no condition “[?]” is known here"),
    ],
)
def test_what_cannot_be_loaded_or_shown_is_refused(words: tuple[str, ...], answer: str) -> None:
    done = tidings("conditions", *words)
    assert done.exit_code == 1
    with pytest.raises(RejectedError, match=answer):
        raise done.exception or LookupError
