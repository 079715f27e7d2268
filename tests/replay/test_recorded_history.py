"""A year of recorded answers through the whole pipeline, against an oracle that reads the rows."""

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from oracle import RULES, WAVES, comparable, moves, read_recordings
from typer.testing import CliRunner

from tidings.cli.app import app
from tidings.notices.quiet import end_of_quiet
from tidings.replay.play import ZONE

Event = dict[str, Any]
FILE = "icc-eval/recordings.jsonl.gz"
ABSENT = 10907962
FOREIGN_DAYS = ("2024-12-11", "2024-12-12")
SOURCE_DAY = 10
EACH_ALONE = {"TIDINGS_ROLL_UP_AFTER": "1000", "TIDINGS_ALERTS_A_DAY": "100000"}
"""However many studies change in a sweep, each is told in a mail of its own."""


@pytest.fixture(scope="session")
def recordings(real_data: Path) -> list[dict[str, Any]]:
    return read_recordings(real_data / FILE)


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("replay")


@pytest.fixture(scope="session")
def events(real_data: Path, store: Path) -> list[Event]:
    return play(real_data, store)


def play(real_data: Path, store: Path) -> list[Event]:
    out = store / "out.ndjson"
    arguments = ["replay", str(real_data / FILE), "--follow-all", "--digest", "weekly"]
    arguments += ["--store", str(store / "data"), "--events", str(out)]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False, env=EACH_ALONE)
    assert result.exit_code == 0, result.output
    assert "recordings swept" in result.output
    return [orjson.loads(line) for line in out.read_bytes().splitlines()]


def changes(events: list[Event]) -> list[Event]:
    return [event for event in events if event["type"] == "change"]


def day_in_source(recordings: list[dict[str, Any]], event: Event) -> str:
    """Return the day of the recording as its own time zone has it."""
    moment = datetime.fromisoformat(event["recorded_at"])
    for recording in recordings:
        if datetime.fromisoformat(recording["recorded_at"]) == moment:
            return recording["recorded_at"][:SOURCE_DAY]
    raise LookupError(event["recorded_at"])


def identity(
    recorded_at: str, appl_id: int, field: str, before: Any, after: Any
) -> tuple[Any, ...]:
    moment = datetime.fromisoformat(recorded_at)
    return moment, appl_id, field, comparable(field, before), comparable(field, after)


@pytest.mark.timeout(120)
def test_every_move_of_date_money_person_and_title_is_exactly_one_change(
    recordings: list[dict[str, Any]], events: list[Event]
) -> None:
    expected = Counter(
        identity(move.recorded_at, move.appl_id, move.field, move.before, move.after)
        for move in moves(recordings)
    )
    found = Counter(
        identity(
            event["recorded_at"], event["appl_id"], event["field"], event["before"], event["after"]
        )
        for event in changes(events)
        if event["field"] in RULES and event["kind"] != "cosmetic"
    )
    assert sum(expected.values()) > 30
    assert found == expected


@pytest.mark.timeout(120)
@pytest.mark.parametrize("day", WAVES)
def test_nobody_is_told_of_a_cosmetic_wave(
    day: str, recordings: list[dict[str, Any]], events: list[Event]
) -> None:
    real = {
        (move.appl_id, move.field)
        for move in moves(recordings)
        if move.recorded_at[:SOURCE_DAY] == day
    }
    of_wave = [
        event
        for event in changes(events)
        if event["field"] in WAVES[day] and day_in_source(recordings, event) == day
    ]
    told = [event for event in of_wave if event["told"]]
    assert [
        event
        for event in told
        if event["before"] == event["after"]
        or (event["field"] in RULES and (event["appl_id"], event["field"]) not in real)
        or not event["field"].endswith(("_date", "_start", "_end"))
    ] == []


@pytest.mark.timeout(120)
def test_an_absence_of_three_weeks_is_told_to_nobody_and_the_return_once(
    events: list[Event],
) -> None:
    own = [event for event in changes(events) if event["appl_id"] == ABSENT]
    told = [event for event in own if event["told"]]
    between = [event for event in own if "2024-09-11" <= event["recorded_at"][:10] < "2024-09-30"]
    ends = [event for event in told if event["field"] == "project_end_date"]
    assert between == []
    assert not {event["kind"] for event in own} & {"missing", "returned"}
    assert [event["recorded_at"][:10] for event in ends] == ["2024-09-30"]
    mails = [
        event
        for event in events
        if event["type"] == "mail"
        and event["kind"] == "change_alert"
        and event["recorded_at"] == ends[0]["recorded_at"]
        and ends[0]["project"] in event["projects"]
    ]
    assert len(mails) == 1


@pytest.mark.timeout(120)
def test_rows_of_another_search_that_come_and_go_tell_nothing(
    recordings: list[dict[str, Any]], events: list[Event]
) -> None:
    rows = Counter(
        row["appl_id"]
        for recording in recordings
        if recording["recorded_at"][:SOURCE_DAY] == FOREIGN_DAYS[0]
        for row in recording["results"]
    )
    foreign = {appl_id for appl_id, count in rows.items() if count > 1}
    on_those_days = [
        event
        for event in changes(events)
        if day_in_source(recordings, event) in FOREIGN_DAYS and event["appl_id"] in foreign
    ]
    assert foreign
    assert on_those_days == []
    told = [event for event in changes(events) if event["told"]]
    assert [event for event in told if day_in_source(recordings, event) in FOREIGN_DAYS] == []


@pytest.mark.timeout(120)
def test_every_told_change_went_out_by_mail_and_no_reader_got_two_of_one_study_a_day(
    events: list[Event],
) -> None:
    mails = [event for event in events if event["type"] == "mail"]
    alerts = Counter(
        (event["recorded_at"], event["to"], key)
        for event in mails
        if event["kind"] == "change_alert"
        for key in event["projects"]
    )
    told = {
        (awake(event["recorded_at"]), event["project"])
        for event in changes(events)
        if event["told"]
    }
    assert set(alerts.values()) == {1}
    assert {(at, key) for at, _, key in alerts} == told
    assert {event["kind"] for event in mails} == {"change_alert", "digest"}


def awake(recorded_at: str) -> str:
    """Return when a reader with the usual quiet hours hears of what was seen then."""
    at = datetime.fromisoformat(recorded_at)
    return (end_of_quiet(ZoneInfo(ZONE), 21, 7, at) or at).isoformat()


@pytest.mark.timeout(180)
def test_playing_the_same_history_twice_sends_nothing_new(
    real_data: Path, store: Path, events: list[Event]
) -> None:
    assert play(real_data, store) == events
