"""One reader, known by address, and a store that moves on: for the tests of "why" and "why not"."""

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from conftest import NOW
from sources import ListedSource, record
from sqlalchemy import Engine
from sqlmodel import Session, select
from sweeps import run_sweep

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.engine import make_engine
from tidings.db.session import open_reader, open_session
from tidings.delivery.senders.base import HandingOver, Mail, Sender
from tidings.delivery.senders.capture import CaptureSender, Inbox
from tidings.delivery.senders.make import inbox_folder
from tidings.errors import TidingsError
from tidings.flows.compose_alerts import compose_alerts
from tidings.flows.compose_digest import compose_digest
from tidings.flows.deliver import deliver
from tidings.flows.enroll import enroll
from tidings.flows.explain_delivery import explain_delivery
from tidings.flows.explain_silence import explain_silence
from tidings.flows.follow import follow
from tidings.flows.match_changes import match_changes
from tidings.flows.save_search import save_search
from tidings.flows.start_digests import start_digests
from tidings.flows.unsubscribe import unsubscribe
from tidings.notices.accounts import DeliveryReasons
from tidings.notices.silences import Finding, Silence
from tidings.projects.queries import project_by_key
from tidings.subscribers.models import Cadence, EndedReason
from tidings.subscribers.tokens import Scope

READER, KEY = "reader@clinic.org", "CA000001"
WEEK = timedelta(weeks=1)


class FailingSender:
    """A mail server that answers every message with an error."""

    name, is_idempotent = "failing", False

    def __init__(self, error: TidingsError) -> None:
        self._error = error

    def send(self, mail: Mail, handing_over: HandingOver) -> str:
        """Take the message in hand and raise the error."""
        handing_over()
        raise self._error

    def close(self) -> None:
        """Do nothing: no connection is open."""


def _two_studies() -> ListedSource:
    return ListedSource([record(1), record(2, project_title="A vaccine trial")])


@dataclass
class Town:
    """A store that is swept week by week, and its one reader; each step has its own session."""

    engine: Engine
    settings: Settings
    source: ListedSource = field(default_factory=_two_studies)
    weeks: int = 0

    @property
    def now(self) -> datetime:
        """Noon of the week's Monday."""
        return NOW + self.weeks * WEEK

    @property
    def inbox(self) -> Inbox:
        """What was sent."""
        return Inbox(inbox_folder(self.settings))

    def read(self) -> "Town":
        """Sweep what is there."""
        run_sweep(self.engine, self.source, now=self.now)
        return self

    def pass_week(self, **fields: Any) -> None:
        """Let the first study change, and a week later sweep it."""
        self.source.records[0].update(fields)
        self.weeks += 1
        self.read()

    def match(self) -> None:
        """Match what changed."""
        with open_session(self.engine) as session:
            match_changes(session, now=self.now)

    def cut(self) -> None:
        """Cut the first study short, and match that."""
        self.pass_week(project_end_date="2026-11-20")
        self.match()

    def enroll(self) -> int:
        """Return the reader, active."""
        with open_session(self.engine) as session:
            return enroll(session, READER, time_zone="UTC", settings=self.settings, now=self.now)

    def follow(self, cadence: Cadence = Cadence.IMMEDIATE) -> int:
        """Let the reader follow the first study."""
        reader = self.enroll()
        with open_session(self.engine) as session:
            project = project_by_key(session, KEY)
            assert project is not None
            row = follow(
                session,
                subscriber_id=reader,
                project_id=stored_id(project.id),
                cadence=cadence,
                now=self.now,
            )
            return stored_id(row.id)

    def save(self, text: str, cadence: Cadence = Cadence.IMMEDIATE) -> int:
        """Save a search for the reader, by the name of its text."""
        reader = self.enroll()
        with open_session(self.engine) as session:
            row = save_search(
                session,
                subscriber_id=reader,
                name=f"My {text}",
                text=text,
                cadence=cadence,
                now=self.now,
            )
            return stored_id(row.id)

    def end(self, scope: Scope) -> None:
        """Let the reader end something by one click."""
        with open_session(self.engine) as session:
            unsubscribe(
                session,
                scope,
                reason=EndedReason.ONE_CLICK,
                settings=self.settings,
                now=self.now,
            )

    def alert(self) -> int:
        """Write the one alert that is due and return its delivery."""
        with open_session(self.engine) as session:
            (made,) = compose_alerts(session, settings=self.settings, now=self.now)
        return made

    def digest(self, *, after: timedelta) -> int:
        """Write the one digest that is due by then and return its delivery."""
        at = self.now + after
        with open_session(self.engine) as session:
            runs = start_digests(session, now=at)
            (made,) = compose_digest(session, runs, settings=self.settings, now=at)
        return made

    def send(self, delivery_id: int, sender: Sender | None = None) -> int:
        """Hand a delivery over, to the inbox unless another sender is given."""
        by = sender or CaptureSender(inbox_folder(self.settings))
        deliver(self.engine, by, [delivery_id], settings=self.settings, owner="test", now=self.now)
        return delivery_id

    def change(self, statement: Any) -> None:
        """Change rows behind everybody's back."""
        with open_session(self.engine) as session:
            session.exec(statement)
            session.commit()

    def rows(self, table: Any) -> list[Any]:
        """Return all rows of a table."""
        with open_session(self.engine) as session:
            return list(session.exec(select(table)))

    def reading(self) -> Session:
        """Return a session that can only read."""
        return open_reader(self.engine)

    def why(self, delivery_id: int) -> DeliveryReasons:
        """Explain a delivery."""
        with self.reading() as session:
            return explain_delivery(session, delivery_id)

    def why_not(self, key: str = KEY, reader: str = READER) -> Silence:
        """Explain why the reader was not told of a study."""
        with self.reading() as session:
            return explain_silence(session, reader, key, now=self.now, settings=self.settings)

    def answer(self, key: str = KEY) -> Finding:
        """Return the one answer that there is to the question why not."""
        (finding,) = self.why_not(key).findings
        return finding


def swept_once(template: Path, folder: Path) -> Path:
    """Return a database file that was swept once, to copy: cheaper than a sweep for each test."""
    with town_in(template, folder, Settings()) as town:
        town.read()
        return Path(str(town.engine.url.database))


@contextmanager
def town_in(template: Path, folder: Path, settings: Settings) -> Generator[Town]:
    """Give a town whose store is a copy of a database file."""
    path = shutil.copy(template, folder / "town.db")
    engine = make_engine(f"sqlite:///{path}")
    yield Town(engine, settings)
    engine.dispose()
