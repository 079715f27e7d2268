"""`tidings why` and `tidings why-not`: words on the terminal, JSON for programs, plain refusals."""

import json
import shutil
import sys
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from explained import KEY, READER, WEEK, Town
from sources import record
from sqlmodel import col, delete, update
from typer.testing import CliRunner, Result

from tidings.cli.app import app, main
from tidings.config import Settings
from tidings.db.engine import make_engine
from tidings.db.session import open_session
from tidings.delivery.models import Delivery
from tidings.errors import RejectedError
from tidings.migrations.migrate import migrate
from tidings.notices.models import Notice
from tidings.subscribers.models import Cadence

Ask = Callable[..., Result]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the data folder of a store with one alert that was sent and one digest that waits."""
    folder = tmp_path_factory.mktemp("filled")
    engine = make_engine(f"sqlite:///{folder / 'tidings.db'}")
    migrate(engine)
    town = Town(engine, Settings(data_dir=folder)).read()
    town.follow()
    town.save("abstract:zebrafish state:AZ", Cadence.WEEKLY)
    town.save("state:MA OR (cells NOT aging)", Cadence.WEEKLY)
    abstract = "We study [bold] stripes and zebrafish."
    town.source.records.append(record(3, abstract_text=abstract))
    town.pass_week(project_end_date="2026-11-20", project_title="Cells and their aging")
    town.match()
    town.send(town.alert())
    town.digest(after=WEEK)
    engine.dispose()
    return folder


@pytest.fixture
def town(filled: Path, tmp_path: Path) -> Generator[Town]:
    """Give a copy of that store, for the test's own use."""
    folder = shutil.copytree(filled, tmp_path / "data")
    engine = make_engine(f"sqlite:///{folder / 'tidings.db'}")
    yield Town(engine, Settings(data_dir=folder))
    engine.dispose()


@pytest.fixture
def ask(town: Town, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Give what runs a command here, on the store of the town."""
    monkeypatch.setenv("TIDINGS_DATA_DIR", str(town.settings.data_dir))
    monkeypatch.setenv("COLUMNS", "200")
    return lambda *words: CliRunner().invoke(app, words)


def test_why_says_what_changed_for_whom_and_when_it_was_sent(ask: Ask) -> None:
    told = ask("why", "1")
    assert told.exit_code == 0
    for line in (
        "Delivery 1, change alert to reader 1",
        "It was sent on 30 Nov 2026, 12:00 UTC.",
        "CA000001  Cells and their aging",
        "  News of sweep 2 of 30 Nov 2026, 12:00 UTC, critical.",
        "  The reader follows it since 23 Nov 2026 (immediate).",
        "    ▼ End date: was 31 Dec 2029, now 20 Nov 2026, seen 30 Nov 2026",
        "  30 Nov 2026, 12:00 UTC  accepted: kept as ",
    ):
        assert line in told.output
    assert READER not in told.output


def test_why_shows_each_clause_that_held_with_what_was_found_marked(ask: Ask, town: Town) -> None:
    (_, digest) = town.rows(Delivery)
    for name in ("2", digest.message_id, digest.message_id.strip("<>"), "digest:1:weekly"):
        told = ask("why", name)
        assert "Delivery 2, digest to reader 1" in told.output
    for line in (
        "It waits to be sent since ",
        "  The search “My abstract:zebrafish state:AZ”, saved 23 Nov 2026 (weekly), found it in ",
        "record 3, version 1.\n",
        "    typed: abstract:zebrafish state:AZ\n",
        '    meant: abstract:zebrafish AND state:"AZ"\n',
        ": found in the abstract\n",
        "      “We study [bold] stripes and *zebrafish*.”\n",
        ": the record says AZ\n",
        "    + New study: RePORTER record 3, seen 30 Nov 2026",
    ):
        assert line in told.output


def test_why_says_what_does_not_hold_any_more_and_what_happened(ask: Ask, town: Town) -> None:
    happened = {"clause": 'change:"new_project"', "field": "change"}
    (notice,) = (one for one in town.rows(Notice) if one.delivery_id == 2)
    (reason,) = notice.reasons
    clauses = [happened, {"clause": "mice", "field": "abstract_text", "excerpt": "mice"}]
    town.change(
        update(Notice)
        .where(col(Notice.id) == notice.id)
        .values(reasons=[reason | {"clauses": clauses}])
    )
    told = ask("why", "2").output
    assert ": it happened\n" in told
    assert ": the record says mice, which does not hold on this version any more\n" in told


def test_why_not_answers_for_each_follow_and_search_and_names_what_failed(ask: Ask) -> None:
    found = ask("why-not", READER, KEY.lower())
    assert found.exit_code == 0
    for line in (
        "CA000001  Cells and their aging\n",
        "told follow (immediate): It is in delivery 1, which was sent on 30 Nov 2026, 12:00 UTC.",
        "not matched search “My abstract:zebrafish state:AZ”: It does not find record 1 in ",
        ": the abstract does not hold it\n",
        ": none of them holds\n    ",
        ": found in the title\n      “Cells and their *aging*”\n    ",
    ):
        assert line in found.output


def test_why_not_ends_with_1_when_there_is_no_good_reason(ask: Ask, town: Town) -> None:
    town.change(delete(Notice))
    found = ask("why-not", READER, KEY)
    assert found.exit_code == 1
    assert "unexplained follow (immediate): " in found.output


def test_both_answer_in_json(ask: Ask) -> None:
    told = json.loads(ask("why", "2", "--json").output)
    (study,) = told["studies"]
    assert (told["delivery_id"], told["kind"], study["key"]) == (2, "digest", "CA000003")
    (reason,) = study["reasons"]
    assert [clause["holds_again"] for clause in reason["clauses"]] == [True, True]
    found = json.loads(ask("why-not", READER, KEY, "--json").output)
    assert "told" in [finding["outcome"] for finding in found["findings"]]


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("why", "7"), "there is no delivery '7'"),
        (("why", "99999999999999999999"), "there is no delivery"),
        (("why", "<gone@clinic.org>"), "there is no delivery"),
        (("why", ""), "there is no delivery"),
        (("why-not", "nobody@clinic.org", KEY), "nobody has asked for anything"),
        (("why-not", "nobody", KEY), "no e-mail address"),
        (("why-not", READER, "XX000000"), "No sweep has brought a project XX000000."),
    ],
)
def test_what_cannot_be_explained_is_refused(words: tuple[str, ...], answer: str, ask: Ask) -> None:
    refused = ask(*words)
    assert isinstance(refused.exception, RejectedError)
    assert answer in str(refused.exception)


def logs_as_they_are(settings: Settings) -> None:
    """Leave the logs alone, which are those of all tests."""
    assert settings.data_dir


@pytest.mark.parametrize("typed", ["[/x]", "[bold]", "a\\[/]"])
def test_a_refusal_says_what_was_typed_as_it_was_typed(
    typed: str, ask: Ask, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert isinstance(ask("why", typed).exception, RejectedError)
    monkeypatch.setattr(sys, "argv", ["tidings", "why", typed])
    monkeypatch.setattr("tidings.cli.app.configure_logs", logs_as_they_are)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert f"tidings: there is no delivery {typed!r}" in capsys.readouterr().err


def test_a_name_of_several_deliveries_is_refused_with_their_keys(ask: Ask, town: Town) -> None:
    with open_session(town.engine) as session:
        key = session.get_one(Delivery, 1).key
    town.change(update(Delivery).where(col(Delivery.id) == 2).values(key=f"{key}0"))
    refused = ask("why", "alert:")
    assert isinstance(refused.exception, RejectedError)
    assert f"names several deliveries: 1 ({key}), 2 ({key}0)" in str(refused.exception)
    assert "Delivery 1," in ask("why", key).output
