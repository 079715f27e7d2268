"""The commands, one after the other, with no broker; and what they say when they cannot."""

import re
from collections.abc import Generator
from pathlib import Path

import pytest
from commands import Run, runner, said
from daytime import daytime_zone

from tidings.clock import machine_now
from tidings.delivery.senders.capture import Inbox
from tidings.sandbox.running import Options, Sandbox, running_sandbox
from tidings.sandbox.serve import free_port


@pytest.fixture(scope="module")
def sandbox() -> Generator[Sandbox]:
    with running_sandbox(Options(corpus=60)) as running:
        running.hold_week(1)
        yield running


@pytest.fixture
def tidings(tmp_path: Path) -> Run:
    return runner(tmp_path / "data")


def test_sweep_follow_digest_and_deliver_bring_a_mail(
    tidings: Run, sandbox: Sandbox, tmp_path: Path
) -> None:
    reporter = {"TIDINGS_REPORTER_URL": sandbox.url, "TIDINGS_SCOPE_YEARS": "50"}
    first = tidings("sweep", **reporter)
    assert "complete" in said(first)
    found = said(tidings("search", "fy>2000", "--limit", "1000"))
    projects = re.findall(r"\b[A-Z]{2}\d{6}\b", found)
    assert len(projects) > 20
    awake = ("--time-zone", daytime_zone(machine_now()))
    saved = tidings("save", "me@clinic.org", "change:extended", "--cadence", "immediate", *awake)
    assert "Saved as" in said(saved)
    assert "Following" in said(tidings("follow", "me@clinic.org", projects[0]))
    sandbox.hold_week(20)
    assert "complete" in said(tidings("sweep", **reporter))
    assert "mails are waiting" in said(tidings("digest"))
    tidings("deliver")
    assert Inbox(tmp_path / "data" / "inbox").count() > 0
    assert "0 kinds of work were waiting" in said(tidings("recover"))


@pytest.mark.parametrize(
    ("words", "env", "answer"),
    [
        (("search", "title:"), {}, "ends too early"),
        (("save", "me@", "cancer"), {}, "address"),
        (("follow", "me@clinic.org", "XX000000"), {}, "no project XX000000"),
        (("preview", "mail", "nothing"), {}, "there is no mail"),
        (("replay", "/nowhere.jsonl"), {}, "cannot be read"),
        (("sweep",), {"TIDINGS_SCOPE_YEARS": "many"}, "TIDINGS_SCOPE_YEARS"),
        (("sweep",), {"TIDINGS_REPORTER_URL": "ftp://x"}, "needs http or https"),
        (("search", "x"), {"TIDINGS_DATA_DIR": "/dev/null/x"}, "/dev/null/x"),
        (("up",), {"TIDINGS_DATA_DIR": "/dev/null/x"}, "/dev/null/x"),
    ],
)
def test_what_cannot_be_done_is_one_plain_sentence(
    words: tuple[str, ...], env: dict[str, str], answer: str, tidings: Run
) -> None:
    done = tidings(*words, **env)
    assert done.returncode != 0
    assert answer in said(done)
    assert len(said(done)) < 400


def test_a_source_that_cannot_be_reached_is_said(tidings: Run) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    done = tidings("sweep", TIDINGS_REPORTER_URL=nowhere)
    assert done.returncode == 1
    assert f"RePORTER cannot be reached at {nowhere}" in said(done)


def test_a_port_that_is_taken_is_said(tidings: Run, sandbox: Sandbox) -> None:
    port = sandbox.url.rpartition(":")[2]
    assert f"port {port} of 127.0.0.1 cannot be used" in said(tidings("sandbox", "--port", port))
    assert "set TIDINGS_PORT" in said(tidings("up", TIDINGS_PORT=port))


def test_all_mail_is_stopped_and_let_go_on(tidings: Run) -> None:
    assert "Mail goes out. 0 messages waiting to be sent." in said(tidings("mail", "status"))
    paused = said(tidings("mail", "pause", "a [wrong] footer"))
    assert "All mail is stopped since" in paused
    assert "a [wrong] footer." in paused
    resumed = said(tidings("mail", "resume", TIDINGS_BRAKE_MAILS_A_DAY="5000"))
    assert "Mail goes out." in resumed
    assert "It stops after 5,000 mails in 24 hours." in resumed
    assert "mail is not stopped" in said(tidings("mail", "resume"))
