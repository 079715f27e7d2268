"""A history of our own, recorded from the sandbox's corpus: the tests need no data but this."""

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from tidings.config import Settings
from tidings.db.session import open_reader
from tidings.delivery.senders.capture import Inbox
from tidings.delivery.senders.make import inbox_folder
from tidings.errors import RejectedError
from tidings.replay.events import Event, events, summarise
from tidings.replay.play import Readers, play
from tidings.sandbox.corpus import Corpus
from tidings.sandbox.weeks import published_at
from tidings.subscribers.models import Cadence
from tidings.wiring import open_engine

WEEKS = 12
EVERYBODY = Readers(follow_all=True, digest=Cadence.WEEKLY, search="cells OR cancer")


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("history") / "recordings.jsonl.gz"
    corpus = Corpus(seed=7, size=80)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        for week in range(1, WEEKS + 1):
            now = published_at(week)
            records = list(corpus.records(now))
            line = {
                "recorded_at": now.isoformat(),
                "meta": {"total": len(records)},
                "results": records,
            }
            file.write(json.dumps(line) + "\n")
    return path


def replay(history: Path, settings: Settings, readers: Readers = EVERYBODY) -> int:
    return play(history, readers, settings=settings, on_step=lambda _done, _of: None)


def told(settings: Settings) -> list[Event]:
    engine = open_engine(settings)
    with open_reader(engine) as session:
        found = events(session, settings)
    engine.dispose()
    return found


def test_a_history_brings_alerts_digests_and_finds_each_once(
    history: Path, settings: Settings
) -> None:
    assert replay(history, settings) == WEEKS
    found = told(settings)
    kinds = Counter(event["kind"] for event in found if event["type"] == "mail")
    assert kinds["change_alert"] > 5
    assert kinds["digest"] > 2
    readers = {event["to"].partition("@")[0] for event in found if event["type"] == "mail"}
    assert readers == {"at-once", "weekly", "search"}
    alerts = Counter(
        (event["to"], event["recorded_at"], *event["projects"])
        for event in found
        if event["kind"] == "change_alert"
    )
    assert set(alerts.values()) == {1}
    assert Inbox(inbox_folder(settings)).count() == sum(kinds.values())


def test_what_is_told_is_never_cosmetic(history: Path, settings: Settings) -> None:
    replay(history, settings)
    changes = [event for event in told(settings) if event["type"] == "change"]
    assert {event["kind"] for event in changes if event["told"]} - {"cosmetic"}
    assert not [event for event in changes if event["told"] and event["kind"] == "cosmetic"]


def test_a_replay_that_was_stopped_goes_on_and_a_second_one_does_nothing(
    history: Path, settings: Settings, tmp_path: Path
) -> None:
    with gzip.open(history, "rt", encoding="utf-8") as file:
        half = file.readlines()[: WEEKS // 2]
    stopped = tmp_path / "half.jsonl"
    stopped.write_text("".join(half), encoding="utf-8")
    assert replay(stopped, settings) == WEEKS // 2
    assert replay(history, settings) == WEEKS - WEEKS // 2
    before = told(settings)
    assert replay(history, settings) == 0
    assert told(settings) == before


def test_the_closing_table_counts_what_was_played(history: Path, settings: Settings) -> None:
    replay(history, settings)
    engine = open_engine(settings)
    with open_reader(engine) as session:
        found = events(session, settings)
        summary = summarise(session, found)
    engine.dispose()
    assert summary.recordings == WEEKS
    assert summary.mails == sum(event["type"] == "mail" for event in found)
    assert summary.told > 0
    assert summary.examined > 80 * WEEKS


@pytest.mark.parametrize("content", ["", "no json\n", '{"recorded_at": "x"}\n', "[]\n"])
def test_a_file_that_is_no_history_is_refused_in_words(
    content: str, settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(RejectedError, match="recording"):
        replay(path, settings)
