"""Operators set, list and lift suppressions, and take in mail; no address is ever shown."""

from pathlib import Path

import pytest
from returned_mail import letter
from typer.testing import CliRunner, Result

from tidings.cli.app import app

READER = "reader@clinic.org\n"


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    for part in ("new", "cur", "tmp"):
        (tmp_path / "returned" / part).mkdir(parents=True)
    return {
        "TIDINGS_DATA_DIR": str(tmp_path),
        "TIDINGS_MAILBOX_URL": f"maildir://{tmp_path}/returned",
    }


def tidings(env: dict[str, str], *words: str, given: str | bytes = "") -> Result:
    done = CliRunner().invoke(app, words, input=given, env=env)
    assert "reader@clinic.org" not in done.output
    return done


def test_an_address_is_suppressed_listed_and_released(env: dict[str, str]) -> None:
    assert "gets nothing any more" in tidings(env, "suppress", given=READER).output
    assert "got nothing already" in tidings(env, "suppress", given=READER).output
    listed = tidings(env, "suppressions").output
    assert "an operator said so" in listed
    assert "for good" in listed
    assert "may go to it again" in tidings(env, "unsuppress", given=READER).output
    assert "Nothing kept mail" in tidings(env, "unsuppress", given=READER).output
    assert "an operator" not in tidings(env, "suppressions").output


def test_mail_is_taken_in_from_standard_input_and_from_the_mailbox(
    env: dict[str, str], tmp_path: Path
) -> None:
    away = letter(Auto_Submitted="auto-replied", From="reader@clinic.org")
    assert "automatic: Auto-Submitted: auto-replied" in tidings(env, "bounce", given=away).output
    (tmp_path / "returned" / "new" / "1").write_bytes(away)
    (tmp_path / "returned" / "new" / "2").write_bytes(b"help")
    said = " ".join(tidings(env, "mailbox", "read").output.split())
    assert said.endswith("1 automatic 1 unreadable 2 messages taken in.")


def test_without_a_mailbox_the_command_says_so(tmp_path: Path) -> None:
    done = tidings({"TIDINGS_DATA_DIR": str(tmp_path)}, "mailbox", "read")
    assert "names no mailbox" in str(done.exception)
