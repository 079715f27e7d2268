"""Send messages of the outbox, and write down what became of each."""

import random
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_hex
from time import monotonic

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import commit, open_reader, open_session
from tidings.delivery import queries, results
from tidings.delivery.journal import Journal, Journals, Step
from tidings.delivery.models import Delivery, DeliveryState
from tidings.delivery.results import Result
from tidings.delivery.senders.base import LostReplyError, Mail, RelayDownError, Sender
from tidings.errors import RejectedError, RetryableError, TidingsError
from tidings.failpoints import failpoint
from tidings.flows.pull_brake import pull_if_too_many
from tidings.flows.record_results import record_results
from tidings.flows.write_letter import Desk, open_desk
from tidings.flows.write_mail import Withheld, recipient_of, write_mail
from tidings.upkeep.breaker import DatabaseBreaker

log = structlog.get_logger()

BEGINS_UNTIL, HANDS_OVER_UNTIL = 1 / 3, 1 / 2
"""Shares of its lease after which a batch begins no further message, and hands none over any more.

What remains is longer than a relay may take to answer: a worker that lives has its answer, and has
noted it, before its batch can become another's.
"""

RELAY_FAILURES = 3
"""Batches in a row that the relay took nothing of: then it is left alone for a while."""

Ends = dict[int, Result | Step]


@dataclass
class DeliverOutcome:
    """How many deliveries of a batch ended in each state."""

    states: dict[DeliveryState, int] = field(default_factory=dict[DeliveryState, int])


def deliver(
    engine: Engine,
    sender: Sender,
    delivery_ids: Collection[int],
    *,
    settings: Settings,
    owner: str,
    now: datetime,
) -> DeliverOutcome:
    """Send those of the deliveries that are due and that nobody else has claimed.

    Two commits a batch: ``sending`` before anything is handed over, what became of each after the
    last; the journal knows what lies between. No transaction is open while the relay thinks. Safe
    to call twice, from anywhere, at any time: a claim is a compare-and-set under a lease of its
    own. A worker that dies in between leaves a lease that ends, see flows.lost_replies. While the
    relay takes nothing at all, nothing is claimed.
    """
    breaker = DatabaseBreaker(engine, sender.name, threshold=RELAY_FAILURES)
    try:
        breaker.check()
    except RetryableError as error:
        log.info("delivery.waits", reason=str(error))
        return DeliverOutcome()
    pull_if_too_many(engine, settings=settings, now=now)
    journals = Journals(settings.journal_dir)
    lease = f"{journals.host}:{owner.removeprefix(f'{journals.host}:')}:{token_hex(4)}"
    began = monotonic()
    with ExitStack() as stack:
        with open_session(engine) as session:
            claimed = queries.claim(
                session, delivery_ids, owner=lease, lease=settings.delivery_lease_time, now=now
            )
            if not claimed:
                return DeliverOutcome()
            journal = stack.enter_context(journals.keep(lease))
            commit(session, "delivery.claimed")
        batch = _Batch(engine, sender, breaker, journal, settings, now, began)
        try:
            batch.send(claimed)
        finally:
            states = _record(engine, sender, claimed, batch.ends, lease=lease, now=now)
            journals.forget(lease)
    return DeliverOutcome(states)


class _LeaseEndedError(Exception):
    """The worker took too long: from now on the batch may be another's."""


@dataclass
class _Batch:
    """One batch on its way; ``ends`` is what became of each message that was begun."""

    engine: Engine
    sender: Sender
    breaker: DatabaseBreaker
    journal: Journal
    settings: Settings
    now: datetime
    began: float
    desk: Desk | None = None
    ends: Ends = field(default_factory=Ends)

    def send(self, claimed: Sequence[Delivery]) -> None:
        """Send one after the other, until the relay takes no more or the time is over."""
        self.desk = self._open_desk(claimed)
        for delivery in claimed:
            if self._spent() > BEGINS_UNTIL:
                return
            delivery_id = stored_id(delivery.id)
            self.ends[delivery_id] = Step.IN_HAND
            self.journal.take(delivery_id)
            try:
                end = self._send(delivery)
            except RelayDownError as error:
                self._end(delivery_id, self._deferred(delivery, error))
                self.breaker.failed(str(error))
                return
            except _LeaseEndedError:
                self._let_go(delivery_id)
                return
            except OperationalError:  # the database is away: the message is not to blame
                self._let_go(delivery_id)
                raise
            self._end(delivery_id, end)
        self.breaker.succeeded()

    def _send(self, delivery: Delivery) -> Result:
        try:
            mail = self._write(delivery)
            if isinstance(mail, Withheld):
                return results.suppressed(mail.reason)
            failpoint("mail.rendered")
            answer = self.sender.send(mail, self._hander_over(delivery))
        except RelayDownError:
            raise
        except RejectedError as error:
            return results.failed(str(error))
        except RetryableError as error:
            return self._deferred(delivery, error)
        except LostReplyError as error:
            return results.unknown(str(error))
        return results.sent(answer, mail.subject)

    def _open_desk(self, claimed: Sequence[Delivery]) -> Desk | None:
        """Read what all letters need at once; None if that fails, so that each is tried alone.

        Whichever is to blame is then in hand when it fails again, and the others are not.
        """
        try:
            with open_reader(self.engine) as session:
                return open_desk(session, claimed, self.settings)
        except (TidingsError, ValueError, LookupError):
            log.exception("delivery.desk_broken", deliveries=len(claimed))
            return None

    def _write(self, delivery: Delivery) -> Mail | Withheld:
        with open_reader(self.engine) as session:
            recipient = recipient_of(session, delivery, self.settings, now=self.now)
            if isinstance(recipient, Withheld):
                return recipient
            desk = self.desk or open_desk(session, [delivery], self.settings)
        return write_mail(delivery, desk.letter(delivery), recipient, self.settings)

    def _hander_over(self, delivery: Delivery) -> Callable[[], None]:
        def hand_over() -> None:
            if self._spent() > HANDS_OVER_UNTIL:  # stopped in between, perhaps
                raise _LeaseEndedError
            self.ends[stored_id(delivery.id)] = Step.HANDED_OVER
            self.journal.hand_over(stored_id(delivery.id))

        return hand_over

    def _let_go(self, delivery_id: int) -> None:
        self.journal.let_go(delivery_id)
        self.ends[delivery_id] = Step.UNTOUCHED

    def _end(self, delivery_id: int, end: Result) -> None:
        self.journal.end(delivery_id, end)
        self.ends[delivery_id] = end

    def _deferred(self, delivery: Delivery, error: RetryableError) -> Result:
        jitter = random.random()  # noqa: S311 - spreads load
        return results.deferred(delivery, error, now=self.now, jitter=jitter)

    def _spent(self) -> float:
        """Return how much of the lease is over, 1 being all of it."""
        return (monotonic() - self.began) / self.settings.delivery_lease


def _record(
    engine: Engine,
    sender: Sender,
    claimed: Sequence[Delivery],
    ends: Ends,
    *,
    lease: str,
    now: datetime,
) -> dict[DeliveryState, int]:
    ids = [stored_id(delivery.id) for delivery in claimed]
    with open_session(engine) as session:
        rows = queries.still_ours(session, ids, owner=lease)
        if len(rows) < len(ids):  # the lease ended and somebody else decided meanwhile
            log.warning("delivery.overtaken", lease=lease, deliveries=len(ids) - len(rows))
        states = record_results(
            session,
            {stored_id(row.id): (row, ends.get(stored_id(row.id), Step.UNTOUCHED)) for row in rows},
            is_idempotent=sender.is_idempotent,
            now=now,
        )
        commit(session, "delivery.recorded")
    return states
