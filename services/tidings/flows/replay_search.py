"""Let a saved search live through what has happened, and keep the mails that it brings."""

from collections.abc import Collection, Iterator
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
from tidings.notices.past_queries import Notified, notified, schedule_of
from tidings.notices.windows import next_due
from tidings.projects.past_queries import Span
from tidings.rendering.mail import render
from tidings.searches.catalogue import Catalogue
from tidings.searches.engine import Engine
from tidings.subscribers.models import DIGEST_CADENCES, Cadence
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
    touched. Mails before ``write_from`` are counted and not written.
    """
    with ExitStack() as stack:
        stack.enter_context(structlog.contextvars.bound_contextvars(replay=True))
        scratch = stack.enter_context(scratch_store(past))
        life = _Life(scratch, saved, settings, write_from or span.after)
        life.begin(span.after)
        for at, changes in by_moment(past.changes):
            life.send_digests(until=at)
            scratch.move_to(at)
            scratch.offer(changes)
            life.match(at)
        life.send_digests(until=span.until)
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
    waits: bool = False
    """Whether anything waits for the next digest."""

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
        """Match what waits, and send what is to be told at once."""
        more = True
        while more:
            outcome = match_changes(self.session, now=at, catalogue=self.catalogue)
            self.waits = self.waits or outcome.notices > 0
            more = outcome.more
        if self.saved.cadence is Cadence.IMMEDIATE:
            while ids := compose_alerts(self.session, settings=self.settings, now=at):
                self._send(ids, at)

    def send_digests(self, *, until: datetime) -> None:
        """Send the digest of what waits when it is due, if it is until then.

        Nothing waits after it. Digests that have nothing to tell only move the schedule on.
        """
        if self.saved.cadence not in DIGEST_CADENCES:
            return
        reader = self.saved.reader
        zone, hour = zone_or_utc(reader.time_zone), reader.digest_hour
        schedule = schedule_of(self.session, reader.subscriber_id)
        if self.waits and (due := schedule.next_due_at) <= until:
            runs = start_digests(self.session, now=due)
            ids = compose_digest(self.session, runs, settings=self.settings, now=due)
            self.scratch.move_to(due)
            self._send(ids, due)
            self.waits = False
        schedule = schedule_of(self.session, reader.subscriber_id)
        while not self.waits and schedule.next_due_at <= until:
            due = schedule.next_due_at
            schedule.last_due_at = due
            schedule.next_due_at = next_due(schedule.cadence, zone, hour, due)

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
        rendered = render(mail_templates(), name, letter)
        self.replay.mails.append(
            PastMail(at, name, row.message_id, rendered.subject, rendered.text, rendered.html)
        )
        return rendered.subject
