"""The short form of the benchmark of mail: it sends, counts, and looks at what it sent."""

import json
import sys
from pathlib import Path

import pytest
from tests.bench.mail import __main__ as bench
from tests.bench.mail import contenders, rows, sink
from tests.bench.mail.sink import Sink

from tidings.notices.letters import DigestLetter
from tidings.rendering.message import Rendered

pytestmark = pytest.mark.timeout(240)


def not_to_be_had(_folder: Path) -> None:
    """Stand for a machine without Postfix' package."""


def test_it_sends_with_each_and_says_what_each_costs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "out.json"
    line = f"mail --messages 5 --rounds 1 --due 4 --peers django --json {out}"
    monkeypatch.setattr(sys, "argv", line.split())
    monkeypatch.setattr(bench, "DUE_MODES", ("unique",))
    monkeypatch.setattr(sink, "smtp_sink", not_to_be_had)  # a test downloads nothing
    bench.main()
    said = capsys.readouterr().out
    for name in ("ours, shared", "ours, unique, DKIM", "Django 5", "DKIM: "):
        assert name in said
    assert "4 digests due at once (unique, SQLite)" in said
    assert "sink aiosmtpd" in said
    told = json.loads(out.read_text(encoding="utf-8"))
    assert [one["sent"] for one in told["due"]] == [4]
    assert [one["told"] for one in told["due"]] == [4 * 57]
    assert all(cost > 0 for costs in told["costs"].values() for cost in costs)


def test_the_workload_is_the_one_that_it_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(rows, "GROUPS", 3)
    (shared, *others), unique = (bench.tasks_of(tmp_path, mode, 4) for mode in bench.MODES)
    assert shared.letter == others[-1].letter
    assert len({task.letter for task in unique}) == 4
    letter = unique[0].letter
    assert isinstance(letter, DigestLetter)
    first, second = sorted(letter.searches, key=lambda block: len(block.studies))
    assert [len(letter.followed), len(first.studies), len(second.studies)] == [4, 6, 10]
    assert {len(study.lines) for study in letter.followed} == {2}
    assert second.more == 37
    assert all(study.excerpts for study in (*first.studies, *second.studies))


def test_a_run_whose_mail_is_another_than_the_standard_librarys_is_void(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tasks = bench.tasks_of(tmp_path, "shared", 1)
    settings = bench.bench_settings(data_dir=tmp_path)
    bench.check(tasks, settings)

    def otherwise(*_: object) -> Rendered:
        return Rendered("another", "another", "another")

    monkeypatch.setattr(contenders, "rendered_for", otherwise)
    with pytest.raises(SystemExit, match="VOID"):
        bench.check(tasks, settings)


def test_a_sink_is_counted_by_the_last_number_it_said(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"sess=1 quit=0 mesg=9\rsess=1 quit=0 mesg=10\rsess=1 quit=1 mesg=10\r")
    assert Sink("any", 1, log).count() == 10
    log.write_bytes(b"")
    assert Sink("any", 1, log).count() == 0
