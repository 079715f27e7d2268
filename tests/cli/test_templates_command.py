"""`tidings doctor templates`: which of an operator's own templates can be used."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tidings.cli.app import app


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mail" / "goodbye").mkdir(parents=True)
    (tmp_path / "mail" / "confirm").mkdir()
    return tmp_path


def said(folder: Path, *words: str) -> tuple[int, str]:
    env = {"TIDINGS_TEMPLATES_DIR": str(folder), "COLUMNS": "200"}
    done = CliRunner().invoke(app, ["doctor", "templates", *words], env=env)
    return done.exit_code, " ".join(done.output.split())


def test_good_and_bad_ones_are_told_apart(folder: Path) -> None:
    (folder / "mail" / "goodbye" / "subject.txt").write_text("Bye", encoding="utf-8")
    (folder / "mail" / "confirm" / "body.txt").write_text("{{ nothing }}", encoding="utf-8")
    code, words = said(folder)
    assert code == 1
    assert "goodbye en your own" in words
    assert "confirm es cannot be used: 'nothing' is undefined" in words
    assert (
        "2 of 24 mails are your own, 2 cannot be used. In place of those, readers get ours."
        in words
    )


def test_without_a_folder_nothing_is_tried(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        app, ["doctor", "templates"], env={"TIDINGS_TEMPLATES_DIR": str(tmp_path / "none")}
    )
    assert "names no folder" in str(done.exception)


def test_a_preview_can_be_held_to_the_rules(folder: Path) -> None:
    file = folder / "mail" / "goodbye" / "body.html"
    file.write_text("<script></script>", encoding="utf-8")
    env = {"TIDINGS_TEMPLATES_DIR": str(folder)}
    bad = CliRunner().invoke(app, ["preview", "mail", "goodbye", "--lint"], env=env)
    assert bad.exit_code == 1
    assert "grave  elements: <script> has no place in a mail" in bad.output
    good = CliRunner().invoke(app, ["preview", "mail", "digest", "--lint"], env=env)
    assert (good.exit_code, good.output) == (0, "It keeps to every rule.\n")
