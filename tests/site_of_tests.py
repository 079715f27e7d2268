"""A site over a store that the real pipeline filled."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
from conftest import NOW
from fastapi import FastAPI
from sources import ListedSource, record
from sqlalchemy import Engine
from sqlmodel import select
from sweeps import run_sweep

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.delivery.senders.capture import CaptureSender
from tidings.delivery.senders.make import inbox_folder
from tidings.flows.compose_alerts import compose_alerts
from tidings.flows.deliver import deliver
from tidings.flows.enroll import enroll
from tidings.flows.follow import follow
from tidings.flows.match_changes import match_changes
from tidings.projects.queries import project_by_key
from tidings.subscribers.models import Cadence, Follow
from tidings.subscribers.tokens import Scope, unsubscribe_token

HOME = "http://127.0.0.1:8000"
KEY = "CA000001"
LATER = NOW + timedelta(weeks=1)
TITLE = "HOW STIFF TISSUE KEEPS IMMUNE CELLS OUT OF TUMORS"
READER = "reader@clinic.org"


class Visitor:
    """Asks an application over HTTP, without a socket; follows redirects unless told not to."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def get(self, path: str, **details: Any) -> httpx.Response:
        """Ask for a page."""
        return asyncio.run(self._ask("GET", path, details))

    def post(self, path: str, **details: Any) -> httpx.Response:
        """Send a form."""
        return asyncio.run(self._ask("POST", path, details))

    def head(self, path: str, **details: Any) -> httpx.Response:
        """Ask what a page would say of itself."""
        return asyncio.run(self._ask("HEAD", path, details))

    def send(self, method: str, path: str, **details: Any) -> httpx.Response:
        """Ask by any method."""
        return asyncio.run(self._ask(method, path, details))

    async def _ask(self, method: str, path: str, details: dict[str, Any]) -> httpx.Response:
        transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
        details.setdefault("follow_redirects", True)
        async with httpx.AsyncClient(transport=transport, base_url=HOME) as client:
            return await client.request(method, path, **details)


@dataclass(frozen=True)
class Filled:
    """What is in the store: a reader who follows the study, and the tokens of their links."""

    subscriber_id: int
    all_token: str
    follow_token: str


def fill(engine: Engine, settings: Settings) -> Filled:
    """Sweep twice, with a study that is cut short between, and mail its follower."""
    source = ListedSource(
        [record(1, project_title=TITLE, phr_text="It may help people."), record(2)]
    )
    run_sweep(engine, source, now=NOW)
    with open_session(engine) as session:
        reader = enroll(session, READER, time_zone="UTC", settings=settings, now=NOW)
        project = project_by_key(session, KEY)
        assert project is not None
        assert project.id is not None
        follow(
            session,
            subscriber_id=reader,
            project_id=project.id,
            cadence=Cadence.IMMEDIATE,
            now=NOW,
        )
    source.records[0]["project_end_date"] = "2026-11-20"
    run_sweep(engine, source, now=LATER)
    with open_session(engine) as session:
        match_changes(session, now=LATER)
        mails = compose_alerts(session, settings=settings, now=LATER)
        followed = session.exec(select(Follow.id)).one()
    inbox = CaptureSender(inbox_folder(settings))
    deliver(engine, inbox, mails, settings=settings, owner="test", now=LATER)
    return Filled(
        reader,
        unsubscribe_token(settings.secret, Scope(reader)),
        unsubscribe_token(settings.secret, Scope(reader, follow_id=followed)),
    )
