"""Operators name editors, list them and end them."""

from pathlib import Path

from typer.testing import CliRunner, Result

from tidings.cli.app import app

ADDRESS = "nurse@clinic.org"


def tidings(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(app, words, env={"TIDINGS_DATA_DIR": str(folder), "COLUMNS": "200"})


def test_an_editor_is_named_listed_and_ended(tmp_path: Path) -> None:
    refused = tidings(tmp_path, "editors", "add", ADDRESS, "--role", "nurse")
    assert "no active reader" in str(refused.exception)
    tidings(tmp_path, "save", ADDRESS, "immune cells")
    assert "editor 1" in tidings(tmp_path, "editors", "add", ADDRESS, "--role", "nurse").output
    listed = tidings(tmp_path, "editors", "list").output
    assert ADDRESS in listed
    assert " nurse " in listed
    assert "publish no more" in tidings(tmp_path, "editors", "end", ADDRESS).output
    assert ADDRESS not in tidings(tmp_path, "editors", "list").output
