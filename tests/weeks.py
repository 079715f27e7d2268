"""A store that is swept week by week, and the letters that come of it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from conftest import NOW
from sources import ListedSource
from sqlalchemy import Engine
from sweeps import run_sweep

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.delivery.models import Delivery
from tidings.delivery.senders.capture import CaptureSender
from tidings.delivery.senders.make import inbox_folder
from tidings.flows.compose_alerts import compose_alerts
from tidings.flows.compose_digest import compose_digest
from tidings.flows.deliver import deliver
from tidings.flows.enroll import enroll
from tidings.flows.follow import follow
from tidings.flows.match_changes import match_changes
from tidings.flows.save_search import save_search
from tidings.flows.start_digests import start_digests
from tidings.flows.write_letter import write_letter
from tidings.notices.letters import DigestLetter
from tidings.notices.plain_letters import Letter
from tidings.projects.queries import project_by_key
from tidings.subscribers.models import Cadence, Subscriber

WEEK = timedelta(weeks=1)


@dataclass
class World:
    """A store that is swept week by week, and its one source."""

    engine: Engine
    settings: Settings
    source: ListedSource
    week: int = 0
    readers: dict[str, int] = field(default_factory=dict[str, int])

    @property
    def now(self) -> datetime:
        """The hour at which all happens in this week."""
        return NOW + self.week * WEEK

    def sweep(self) -> None:
        """Read all that there is, and match it."""
        run_sweep(self.engine, self.source, now=self.now)
        with open_session(self.engine) as session:
            while match_changes(session, now=self.now).more:
                pass
        self.week += 1

    def reader(self, name: str, **columns: Any) -> int:
        """Enroll a reader; return its number."""
        with open_session(self.engine) as session:
            number = enroll(
                session, f"{name}@clinic.org", time_zone="UTC", settings=self.settings, now=self.now
            )
            session.get_one(Subscriber, number).sqlmodel_update(columns)
            session.commit()
        self.readers[name] = number
        return number

    def follow(self, reader: int, *keys: str, cadence: Cadence = Cadence.WEEKLY) -> None:
        """Let a reader follow studies."""
        with open_session(self.engine) as session:
            for key in keys:
                project = project_by_key(session, key)
                assert project is not None
                follow(
                    session,
                    subscriber_id=reader,
                    project_id=stored_id(project.id),
                    cadence=cadence,
                    now=self.now,
                )

    def save(self, reader: int, text: str, cadence: Cadence = Cadence.WEEKLY) -> None:
        """Let a reader save a search."""
        with open_session(self.engine) as session:
            save_search(
                session,
                subscriber_id=reader,
                name=text,
                text=text,
                cadence=cadence,
                now=self.now,
            )

    def digests(self) -> list[int]:
        """Compose all digests that are due in this week; return their deliveries."""
        now = self.now
        with open_session(self.engine) as session:
            runs = start_digests(session, now=now)
            return compose_digest(session, runs, settings=self.settings, now=now)

    def alerts(self) -> list[int]:
        """Compose what is to be told at once; return its deliveries."""
        with open_session(self.engine) as session:
            return compose_alerts(session, settings=self.settings, now=self.now)

    def send(self, deliveries: list[int]) -> None:
        """Send these, and have it noted."""
        inbox = CaptureSender(inbox_folder(self.settings))
        now = self.now + timedelta(days=1)  # quiet hours are over
        deliver(self.engine, inbox, deliveries, settings=self.settings, owner="test", now=now)

    def letter(self, delivery: int) -> Letter:
        """Return what a delivery says."""
        with open_session(self.engine) as session:
            return write_letter(session, session.get_one(Delivery, delivery), self.settings)

    def digest(self) -> DigestLetter:
        """Return the one digest that is due."""
        (delivery,) = self.digests()
        letter = self.letter(delivery)
        assert isinstance(letter, DigestLetter)
        return letter

    def cut(self, *places: int, on: str = "2026-11-20") -> None:
        """Let the records at these places end early."""
        for place in places:
            self.source.records[place]["project_end_date"] = on
