"""What goes on in a soak: RePORTER moves, digests come due, readers come and go."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from time import monotonic
from typing import Any

import httpx
from sqlalchemy import Engine, text
from sqlmodel import Session
from tests.chaos import rest, world
from tests.chaos.fleet import Clocks, Fleet
from tests.chaos.history import Event, History

from tidings.config import Settings
from tidings.sandbox.running import Sandbox
from tidings.subscribers.addresses import AddressBook
from tidings.subscribers.tokens import Scope, unsubscribe_token
from tidings_workers import valkey
from tidings_workers.app import app

WEEK_EVERY, DIGESTS_EVERY, VISITOR_EVERY, STAY = 5.0, 9.0, 4.0, 12.0
RING_AGAIN = 2.0
FINAL = "('sent', 'failed', 'suppressed', 'unknown')"


@dataclass
class Visitor:
    """A reader who signs up at the site, confirms, and leaves after a while."""

    address: str
    asked_at: float = 0.0
    confirmed_at: float = 0.0
    left_at: float = 0.0


@dataclass
class Traffic:
    """Drives a soak from outside, as RePORTER and readers do."""

    engine: Engine
    sandbox: Sandbox
    history: History
    settings: Settings
    fleet: Fleet
    clocks: Clocks
    week: int = world.FIRST_WEEK
    visitors: list[Visitor] = field(default_factory=list[Visitor])
    swept: int = 0
    _week_at: float = 0.0
    _rung_at: float = 0.0
    _digests_at: float = 0.0
    _visitor_at: float = 0.0
    _numbers: Any = field(default_factory=count)

    def go_on(self) -> None:
        """Let happen what is to happen now."""
        now = monotonic()
        if self._is_swept() and now - self._week_at > WEEK_EVERY:
            self.week, self._week_at, self._rung_at = self.week + 1, now, 0.0
            self.swept += 1
            self.sandbox.hold_week(self.week)
        self._ring_for_the_sweep(now)
        self._come_due(now)
        if now - self._visitor_at > VISITOR_EVERY:
            self._visitor_at = now
            self.visitors.append(Visitor(f"visitor{next(self._numbers)}@readers.example"))
        for visitor in self.visitors:
            self._play(visitor, now)

    def finish(self) -> None:
        """Begin nothing new, and let end what has begun."""
        now = monotonic()
        with suppress(Exception):
            self._ring_for_the_sweep(now)
            self._come_due(now)
            for visitor in self.visitors:
                if visitor.asked_at:
                    self._play(visitor, now)

    def left(self) -> str:
        """Name what is left to do; nothing when all is at rest."""
        if not self._is_swept():
            return "the last sweep"
        with Session(self.engine) as session:
            if left := rest.left_to_do(session, visitors=False):
                return left
            waiting = session.connection().execute(text(rest.WAITING)).first()
        staying = [one for one in self.visitors if one.asked_at and not one.left_at]
        return "digests" if waiting else ("visitors" if staying else "")

    def due_deliveries(self) -> Sequence[int]:
        """Return the mails that are due now and not sent."""
        with Session(self.engine) as session:
            ask = text(f"SELECT id FROM delivery WHERE state NOT IN {FINAL}")  # noqa: S608 - ours
            return [row[0] for row in session.connection().execute(ask)]

    def still_due(self, ids: Collection[int]) -> bool:
        """Say whether any of these mails is not sent yet."""
        return bool(set(ids) & set(self.due_deliveries()))

    def _is_swept(self) -> bool:
        """Say whether this week was swept."""
        with Session(self.engine) as session:
            ask = text("SELECT count(*) FROM sweep WHERE purpose = 'weekly' AND state = 'complete'")
            return session.connection().execute(ask).scalar_one() >= self.swept

    def _ring_for_the_sweep(self, now: float) -> None:
        """Ring for this week's sweep until it is there; the bell may be lost like any other."""
        if now - self._rung_at < RING_AGAIN or self._is_swept():
            return
        self._rung_at = now
        path = valkey.socket_path(self.fleet.folder / "broker")
        app.conf.broker_url = valkey.broker_url(path)
        with suppress(Exception), app.connection_for_write(connect_timeout=1) as connection:
            app.send_task("sweep.start", args=("weekly",), connection=connection, retry=False)

    def _come_due(self, now: float) -> None:
        if now - self._digests_at > DIGESTS_EVERY:
            self._digests_at = now
            with Session(self.engine) as session:
                rest.let_a_week_pass(session, offset=self.clocks.offset)

    def _play(self, visitor: Visitor, now: float) -> None:
        if not visitor.asked_at:
            visitor.asked_at = now if self._ask(visitor) else 0.0
        elif not visitor.confirmed_at:
            visitor.confirmed_at = now if self._confirm(visitor) else 0.0
        elif not visitor.left_at and now - visitor.confirmed_at > STAY:
            self._leave(visitor)

    def _ask(self, visitor: Visitor) -> bool:
        with Session(self.engine) as session:
            key = session.connection().execute(text("SELECT min(key) FROM project")).scalar_one()
        form = {"address": visitor.address, "cadence": "immediate", "time_zone": world.ZONE}
        return self._post(f"/studies/{key}/follow", form)

    def _confirm(self, visitor: Visitor) -> bool:
        links = [mail["confirm"] for mail in self._mails_to(visitor) if mail["confirm"]]
        return bool(links) and self._post(f"/confirm/{links[0]}", {})

    def _leave(self, visitor: Visitor) -> None:
        name = AddressBook(self.settings.secret).hash(visitor.address)
        with Session(self.engine) as session:
            ask = text("SELECT id FROM subscriber WHERE address_hash = :name")
            reader = session.connection().execute(ask, {"name": name}).scalar_one()
        token = unsubscribe_token(self.settings.secret, Scope(reader))
        if self._post(f"/unsubscribe/{token}", {"List-Unsubscribe": "One-Click"}):
            visitor.left_at = monotonic()

    def _mails_to(self, visitor: Visitor) -> list[Event]:
        mails = self.history.read()
        return [one for one in mails if one["kind"] == "mail" and one["to"] == visitor.address]

    def _post(self, path: str, form: dict[str, str]) -> bool:
        url = f"http://{self.settings.host}:{self.settings.port}{path}"
        origin = self.settings.site_url
        try:
            answer = httpx.post(
                url, data=form, headers={"Origin": origin}, timeout=10, trust_env=False
            )
        except httpx.HTTPError:
            return False
        return answer.is_success or "was used before" in answer.text
