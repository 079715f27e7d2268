"""A history that readers live through: recorded from the sandbox's corpus, swept over HTTP."""

import gzip
import json
from collections.abc import Collection, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sweeps import EVERYTHING

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import open_reader, open_session
from tidings.delivery.queries import due_delivery_ids, put_off_until
from tidings.delivery.senders.base import HandingOver, Mail, Sender
from tidings.flows.advance_sweep import advance_sweep
from tidings.flows.compose_alerts import compose_alerts
from tidings.flows.compose_digest import compose_digest
from tidings.flows.deliver import deliver
from tidings.flows.enroll import enroll
from tidings.flows.finish_sweep import finish_sweep
from tidings.flows.match_changes import match_changes
from tidings.flows.release_sweep import release_sweep
from tidings.flows.save_search import save_search
from tidings.flows.start_digests import start_digests
from tidings.flows.start_sweep import start_sweep
from tidings.notices.backlog import digests_due_since
from tidings.projects.models import Purpose
from tidings.reporter.client import ReporterClient
from tidings.sandbox.corpus import Corpus
from tidings.sandbox.running import Options, running_sandbox
from tidings.sandbox.weeks import published_at
from tidings.subscribers.models import Cadence
from tidings.wiring import open_reporter


@dataclass(frozen=True)
class Wish:
    """A reader who saved one search."""

    text: str
    cadence: Cadence
    time_zone: str = "America/New_York"


@dataclass(frozen=True)
class Received:
    """A mail as it arrived, but for its date and address, which are no part of what was said."""

    message_id: str
    subject: str
    text: str
    html: str


class Box:
    """A sender that keeps every mail as the bytes that would go over the wire, by address."""

    name, is_idempotent = "box", False

    def __init__(self) -> None:
        self.mails: dict[str, list[bytes]] = {}

    def send(self, mail: Mail, handing_over: HandingOver) -> str:
        """Keep it."""
        handing_over()
        self.mails.setdefault(mail.to, []).append(mail.data)
        return "kept"

    def close(self) -> None:
        """Keep what there is."""

    def received(self, address: str) -> list[Received]:
        """Return what came to an address, in the order in which it did."""
        return [_read(data) for data in self.mails.get(address, [])]


def _read(data: bytes) -> Received:
    message = message_from_bytes(data, policy=default)
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    return Received(
        message["Message-ID"],
        message["Subject"],
        text.get_content().replace("\r\n", "\n"),  # lines as on a wire
        as_sent(html.get_content()),
    )


def as_sent(html: str) -> str:
    """Write HTML as a message carries it, which may break lines and count characters."""
    return " ".join(html.encode("ascii", "xmlcharrefreplace").decode().split())


def record_history(path: Path, *, size: int, weeks: int) -> Path:
    """Write so many weeks of an invented world in which much happens.

    Half of its records come one after the other. One that is there from the first has no abstract
    until half of the weeks are over, and then speaks of quillwort. Others are cut short, and given
    back their time three weeks later. In the third week all amounts move.
    """
    corpus = Corpus(seed=7, size=size)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        for week in range(1, weeks + 1):
            now = published_at(week)
            records = [_moved(dict(row), week, weeks, now) for row in corpus.records(now)]
            shown = [row for row in records if row["appl_id"] % (2 * weeks) <= weeks + week]
            line = {
                "recorded_at": now.isoformat(),
                "meta": {"total": len(shown)},
                "results": shown,
            }
            file.write(json.dumps(line) + "\n")
    return path


def _moved(row: dict[str, Any], week: int, weeks: int, now: datetime) -> dict[str, Any]:
    number = row["appl_id"]
    cut_in = 2 + number // 10 % weeks
    if number % 10 == 3 and cut_in <= week < cut_in + 3:
        row["project_end_date"] = f"{now - timedelta(days=3):%Y-%m-%d}"
    if number % 40 == 1:
        late = f"{row['abstract_text'] or ''} It is about quillwort."
        row["abstract_text"] = late if week > weeks // 2 else None
    if week >= 3:
        row["award_amount"] = (row["award_amount"] or 0) + 100_000
    return row


class Live:
    """The live pipeline, stage by stage, at the times of the recordings."""

    def __init__(self, engine: Engine, settings: Settings, client: ReporterClient) -> None:
        self.engine = engine
        self.settings = settings
        self.box = Box()
        self._client = client

    def save(self, wish: Wish, address: str, now: datetime) -> int:
        """Let a reader save a search; return the number of the saved search."""
        with open_session(self.engine) as session:
            reader = enroll(
                session, address, time_zone=wish.time_zone, settings=self.settings, now=now
            )
            saved = save_search(
                session,
                subscriber_id=reader,
                name=wish.text,
                text=wish.text,
                cadence=wish.cadence,
                now=now,
            )
            return stored_id(saved.id)

    def sweep(self, now: datetime, purpose: Purpose = Purpose.WEEKLY) -> None:
        """Read all that the source has, match it, and send what is to be told at once."""
        with open_session(self.engine) as session:
            sweep_id = start_sweep(
                session, purpose=purpose, settings=self.settings, now=now, scope=EVERYTHING
            )
        assert sweep_id is not None
        while not advance_sweep(self.engine, self._client, sweep_id, now=now, seconds=60):
            pass
        finish_sweep(self.engine, self._client, sweep_id, now=now)
        self._tell(now)

    def release(self, sweep_id: int, now: datetime) -> None:
        """Let an operator release what a sweep holds back."""
        with open_session(self.engine) as session:
            release_sweep(session, sweep_id, actor="operator", now=now)
        self._tell(now)

    def _tell(self, now: datetime) -> None:
        with open_session(self.engine) as session:
            while match_changes(session, now=now).more:
                pass
            while ids := compose_alerts(session, settings=self.settings, now=now):
                self._send(ids, now)

    def digests(self, *, until: datetime) -> None:
        """Send each digest that is due until then, and each alert that was put off, at its time."""
        last = datetime.min.replace(tzinfo=UTC)
        while True:
            with open_reader(self.engine) as session:
                moments = (
                    digests_due_since(session, now=until),
                    put_off_until(session, after=last, until=until),
                )
                last = min((moment for moment in moments if moment), default=until)
                put_off = due_delivery_ids(session, now=last, limit=1000)
            if not any(moments):
                return
            self._send(put_off, last)
            with open_session(self.engine) as session:
                runs = start_digests(session, now=last)
                ids = compose_digest(session, runs, settings=self.settings, now=last)
            self._send(ids, last)

    def _send(self, ids: Collection[int], now: datetime) -> None:
        sender: Sender = self.box
        if ids:
            deliver(self.engine, sender, ids, settings=self.settings, owner="live", now=now)


@contextmanager
def live_sandbox(
    history: Path, engine: Engine, settings: Settings
) -> Generator[tuple[Live, Iterator[datetime]]]:
    """Give the pipeline before a sandbox of the recordings, and their times one after the other."""
    with running_sandbox(Options(recordings=history)) as sandbox:
        own = settings.model_copy(update={"reporter_url": sandbox.url, "reporter_interval": 0.0})
        with open_reporter(own, engine) as client:

            def times() -> Iterator[datetime]:
                for index in range(int(sandbox.describe()["recordings"])):
                    sandbox.show(index)
                    yield datetime.fromisoformat(sandbox.describe()["recorded_at"])

            yield Live(engine, own, client), times()
