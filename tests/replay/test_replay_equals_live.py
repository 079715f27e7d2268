"""What a saved search should have told, from the store alone, is what its reader got."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from living import Received, Wish, as_sent, live_sandbox, record_history
from sqlalchemy import Engine

from tidings.config import Settings
from tidings.flows.preview_search import preview_search
from tidings.flows.replay_saved import replay_saved
from tidings.flows.replay_search import PastMail
from tidings.flows.scratch import Reader
from tidings.subscribers.models import Cadence

WEEKS = 8
STORM = 3
"""The sweep in which all amounts moved."""

WISHES = {
    "at-once@readers.example": Wish("cells OR cancer", Cadence.IMMEDIATE),
    "weekly@readers.example": Wish("state:CA OR ic:(NCI OR NHLBI)", Cadence.WEEKLY),
    "daily@readers.example": Wish(
        "severity:critical AND NOT state:TX", Cadence.DAILY, "Asia/Tokyo"
    ),
    "changes@readers.example": Wish("change:(end_cut OR amount_changed)", Cadence.IMMEDIATE),
    "monthly@readers.example": Wish("NOT title:cancer AND fy>=2026", Cadence.MONTHLY),
    "late@readers.example": Wish('"about quillwort"', Cadence.DAILY, "Europe/Berlin"),
}
LINK = re.compile(r"/(?:unsubscribe|mail)/[\w-]+(?:/searches/\d+)?|#search-\d+|id=\"search-\d+\"")


@dataclass(frozen=True)
class Lived:
    """What readers got: saved searches and mails by address, up to a moment."""

    saved: Mapping[str, int]
    sent: Mapping[str, Sequence[Received]]
    until: datetime
    settings: Settings


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("history") / "recordings.jsonl.gz"
    return record_history(path, size=30, weeks=WEEKS)


@pytest.fixture
def lived(history: Path, engine: Engine, settings: Settings) -> Lived:
    with live_sandbox(history, engine, settings) as (live, times):
        first = next(times)
        live.sweep(first)
        day = timedelta(days=1)
        saved = {
            address: live.save(wish, address, first + timedelta(hours=2))
            for address, wish in WISHES.items()
        }
        now = first
        for number, now in enumerate(times, start=2):
            live.digests(until=now)
            live.sweep(now)
            if number == STORM:
                live.digests(until=now + day)
                live.release(STORM, now + day)
        live.digests(until=now + 6 * day)
        sent = {address: live.box.received(address) for address in WISHES}
        return Lived(saved, sent, now + 6 * day, live.settings)


def as_received(mails: Sequence[PastMail]) -> Iterator[Received]:
    for mail in mails:
        yield Received(mail.message_id, mail.subject, mail.text, as_sent(mail.html))


def without_links(mails: Sequence[Received]) -> list[Received]:
    """Blank what names the reader: the tokens of links, and the Message-ID."""
    return [
        replace(mail, message_id="", text=LINK.sub("", mail.text), html=LINK.sub("", mail.html))
        for mail in mails
    ]


def test_the_past_replayed_from_the_store_is_byte_for_byte_what_was_sent(
    lived: Lived, engine: Engine
) -> None:
    for address, saved_search_id in lived.saved.items():
        replay = replay_saved(engine, saved_search_id, until=lived.until, settings=lived.settings)
        assert list(as_received(replay.mails)) == lived.sent[address], address
    told = {address: "".join(mail.text for mail in mails) for address, mails in lived.sent.items()}
    assert told["changes@readers.example"].count("Money this year") > 20  # the storm, released
    assert told["daily@readers.example"].count("This undoes what we told you on") > 0
    assert len(lived.sent["late@readers.example"]) == 1  # in the week in which the texts came
    for address, wish in WISHES.items():
        preview = preview_search(
            engine,
            wish.text,
            cadence=wish.cadence,
            now=lived.until,
            settings=lived.settings,
            reader=Reader(time_zone=wish.time_zone),
        )
        shown = without_links(list(as_received(preview.mails)))
        assert shown == without_links(lived.sent[address]), address
