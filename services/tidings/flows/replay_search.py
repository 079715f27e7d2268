"""Let a saved search live through what has happened, and keep the mails that it brings."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlmodel import Session

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.delivery import results
from tidings.delivery.models import Delivery
from tidings.errors import RejectedError
from tidings.flows.compose_alerts import compose_alerts
from tidings.flows.compose_digest import compose_digest
from tidings.flows.match_changes import match_changes
from tidings.flows.record_results import record_results
from tidings.flows.scratch import Past, Saved, Scratch, by_moment, scratch_store
from tidings.flows.start_digests import start_digests
from tidings.flows.write_letter import write_letter
from tidings.flows.write_mail import mail_templates
from tidings.notices.past_queries import Notified, next_of, notified, waiting_cadences
from tidings.notices.windows import next_due
from tidings.projects.past_queries import Span
from tidings.rendering.mail import render
from tidings.rendering.slots import SLOT
from tidings.searches.catalogue import Catalogue
from tidings.searches.engine import Engine
from tidings.subscribers.models import Cadence, DigestSchedule
from tidings.subscribers.tokens import mail_token
from tidings.subscribers.zones import zone_or_utc

ANSWER = "kept"
"""What the relay of a replay says to every mail."""


@dataclass(frozen=True)
class PastMail:
    """A mail as it would have gone out, word for word."""

    sent_at: datetime
    kind: str
    message_id: str
    subject: str
    text: str
    html: str


@dataclass
class Replay:
    """What a saved search would have told: its mails, and when each; then study by study.

    ``mails`` are those from ``write_from`` on, ``sent`` are the moments of all.
    """

    mails: list[PastMail] = field(default_factory=list[PastMail])
    sent: list[datetime] = field(default_factory=list[datetime])
    told: list[Notified] = field(default_factory=list[Notified])


def replay_search(
    past: Past,
    saved: Saved,
    *,
    span: Span,
    settings: Settings,
    write_from: datetime | None = None,
) -> Replay:
    """Return what ``saved``, saved when ``span`` begins, would have told until it ends.

    The flows that tell readers run in a store in memory, stage by stage, at the moments at which
    they ran: matching, alerts, digests, letters. Nothing is sent and the real store is not
    touched. Mails before ``write_from`` are counted and not written. Heartbeats are none of a
    search's mails.
    """
    with ExitStack() as stack:
        stack.enter_context(structlog.contextvars.bound_contextvars(replay=True))
        scratch = stack.enter_context(scratch_store(past))
        life = _Life(scratch, saved, settings, write_from or span.after)
        life.begin(span.after)
        to_come = Counter(change.sweep_id for _, change in past.changes)
        for at, changes in by_moment(past.changes):
            life.send_due(until=at)
            scratch.move_to(at)
            scratch.offer(changes)
            life.match(at)
            to_come.subtract(change.sweep_id for change in changes)
            if not any(to_come[change.sweep_id] for change in changes):
                life.alert(at)  # as it is done: once a sweep is matched through
        life.send_due(until=span.until)
        life.replay.told = notified(scratch.session)
        return life.replay


@dataclass
class _Life:
    scratch: Scratch
    saved: Saved
    settings: Settings
    write_from: datetime
    replay: Replay = field(default_factory=Replay)
    catalogue: Catalogue = field(default_factory=lambda: Catalogue(Engine("pure")))
    waits: set[Cadence] = field(default_factory=set[Cadence])
    put_off: dict[datetime, list[int]] = field(default_factory=dict[datetime, list[int]])
    """Alerts by when the quiet hours end in which they were made."""

    @property
    def session(self) -> Session:
        """The session of the scratch store."""
        return self.scratch.session

    def begin(self, at: datetime) -> None:
        """Save the search, while the store is empty; then bring in what was there."""
        self.scratch.save(self.saved, now=at)
        self.scratch.move_to(at)
        self.scratch.remember(at)

    def match(self, at: datetime) -> None:
        """Match what waits."""
        more = True
        while more:
            more = match_changes(self.session, now=at, catalogue=self.catalogue).more
        self.waits = waiting_cadences(self.session)

    def alert(self, at: datetime) -> None:
        """Send what is to be told at once, or put it off until the quiet hours end."""
        if Cadence.IMMEDIATE not in self.waits:
            return
        while ids := compose_alerts(self.session, settings=self.settings, now=at):
            for number in ids:
                due = self.session.get_one(Delivery, number).due_at
                self.put_off.setdefault(due, []).append(number)
        self._send(self.put_off.pop(at, []), at)
        self.waits = waiting_cadences(self.session)

    def send_due(self, *, until: datetime) -> None:
        """Send what comes due until then, each at its time."""
        while True:
            schedules = next_of(self.session)
            moments = [*self.put_off, *(one.next_due_at for one in schedules[:1])]
            due = min(moments, default=None)
            if due is None or due > until:
                return
            if due in self.put_off:
                self.scratch.move_to(due)
                self._send(self.put_off.pop(due), due)
            elif self.waits & {one.cadence for one in schedules}:
                self._digest(due)
            else:
                self._pass_over(schedules)

    def _digest(self, due: datetime) -> None:
        runs = start_digests(self.session, now=due)
        ids = compose_digest(self.session, runs, settings=self.settings, now=due)
        self.scratch.move_to(due)
        self._send(ids, due)
        self.waits = waiting_cadences(self.session)

    def _pass_over(self, schedules: Sequence[DigestSchedule]) -> None:
        """Move schedules on whose digests have nothing to tell."""
        reader = self.saved.reader
        zone = zone_or_utc(reader.time_zone)
        for one in schedules:
            one.last_due_at = due = one.next_due_at
            one.next_due_at = next_due(one.cadence, zone, reader.digest_hour, due)
        self.session.flush()

    def _send(self, delivery_ids: Collection[int], at: datetime) -> None:
        rows = [self.session.get_one(Delivery, number) for number in sorted(delivery_ids)]
        ends = dict(self._ends(rows, at))
        record_results(self.session, ends, is_idempotent=True, now=at)

    def _ends(
        self, rows: Collection[Delivery], at: datetime
    ) -> Iterator[tuple[int, tuple[Delivery, results.Result]]]:
        for row in rows:
            try:
                subject = self._write(row, at) if at >= self.write_from else ""
            except RejectedError as error:
                yield stored_id(row.id), (row, results.failed(str(error)))
            else:
                self.replay.sent.append(at)
                yield stored_id(row.id), (row, results.sent(ANSWER, subject))

    def _write(self, row: Delivery, at: datetime) -> str:
        letter = write_letter(self.session, row, self.settings)
        name = row.kind.value.replace("_", "-")
        rendered = render(mail_templates(self.saved.reader.language), name, letter)
        token = mail_token(self.settings.secret, row.subscriber_id, row.message_id)
        text, html = (part.replace(SLOT, token) for part in (rendered.text, rendered.html))
        self.replay.mails.append(PastMail(at, name, row.message_id, rendered.subject, text, html))
        return rendered.subject
