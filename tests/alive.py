"""A store that lives: swept over HTTP from a sandbox that moves week by week, mail captured."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.delivery.queries import due_delivery_ids
from tidings.delivery.senders.capture import CaptureSender
from tidings.delivery.senders.make import inbox_folder
from tidings.flows.advance_sweep import advance_sweep
from tidings.flows.compose_alerts import compose_alerts
from tidings.flows.compose_digest import compose_digest
from tidings.flows.deliver import deliver
from tidings.flows.finish_sweep import finish_sweep
from tidings.flows.match_changes import match_changes
from tidings.flows.start_digests import start_digests
from tidings.flows.start_sweep import start_sweep
from tidings.projects.models import Purpose
from tidings.reporter.client import ReporterClient
from tidings.reporter.criteria import Criteria
from tidings.reporter.pacing import NoPacer
from tidings.reporter.scope import Part
from tidings.sandbox.running import Sandbox

EVERYTHING = (Part("all", Criteria()),)
BEGAN = 1
"""The sandbox's week in which a store begins."""


@dataclass(frozen=True)
class Living:
    """The flows of a whole system, pressed by hand; a week of the sandbox is one of ours."""

    engine: Engine
    settings: Settings
    sandbox: Sandbox
    began: datetime

    def week(self, number: int) -> datetime:
        """Let a week come and be told of: sweep, match, write, send; return its moment."""
        now = self.began + timedelta(weeks=number)
        self.sandbox.hold_week(BEGAN + number)
        self._sweep(now)
        with open_session(self.engine) as session:
            while match_changes(session, now=now).more:
                pass
            compose_alerts(session, settings=self.settings, now=now)
        tomorrow = now + timedelta(days=1)
        with open_session(self.engine) as session:
            runs = start_digests(session, now=tomorrow)
            compose_digest(session, runs, settings=self.settings, now=tomorrow)
        self.send(tomorrow)
        return tomorrow

    def send(self, now: datetime) -> None:
        """Put what is due into the inbox page."""
        with open_session(self.engine) as session:
            due = due_delivery_ids(session, now=now, limit=1000)
        inbox = CaptureSender(inbox_folder(self.settings))
        deliver(self.engine, inbox, due, settings=self.settings, owner="living", now=now)

    def _sweep(self, now: datetime) -> None:
        with open_session(self.engine) as session:
            sweep_id = start_sweep(
                session,
                purpose=Purpose.WEEKLY,
                settings=self.settings,
                now=now,
                scope=EVERYTHING,
            )
        assert sweep_id is not None
        with ReporterClient(self.sandbox.url, pacer=NoPacer()) as client:
            while not advance_sweep(self.engine, client, sweep_id, now=now, seconds=60):
                pass
            finish_sweep(self.engine, client, sweep_id, now=now)
