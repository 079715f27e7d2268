"""Send messages of the outbox, and write down what became of each."""

import random
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

import structlog
from jinja2 import Environment
from sqlalchemy import Engine
from sqlmodel import Session

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.delivery import queries
from tidings.delivery.backoff import MAX_ATTEMPTS, wait_before
from tidings.delivery.models import Delivery, DeliveryEventKind, DeliveryKind, DeliveryState
from tidings.delivery.senders.base import LostReplyError, Mail, Sender
from tidings.errors import RejectedError, RetryableError
from tidings.flows.lost_replies import settle_unknown
from tidings.flows.write_letter import unsubscribe_url, write_letter
from tidings.notices.letters import AlertLetter, Letter
from tidings.notices.outcome_queries import mark_told
from tidings.rendering.environment import environment
from tidings.rendering.mail import Envelope, build, render
from tidings.subscribers.addresses import AddressBook
from tidings.subscribers.models import Subscriber, SubscriberState
from tidings.subscribers.tokens import Scope

log = structlog.get_logger()

LEASE = timedelta(minutes=5)
"""Longer than a batch takes at the relay's slowest; a dead worker's mails wait this long."""

CONSENT = {
    DeliveryKind.CONFIRM: (SubscriberState.PENDING, SubscriberState.ACTIVE),
    DeliveryKind.GOODBYE: (SubscriberState.ENDED,),
    DeliveryKind.CHANGE_ALERT: (SubscriberState.ACTIVE,),
    DeliveryKind.DIGEST: (SubscriberState.ACTIVE,),
}
"""The states of a reader in which each kind of mail may go out."""


@dataclass
class DeliverOutcome:
    """How many deliveries of a batch ended in each state."""

    states: dict[DeliveryState, int] = field(default_factory=dict[DeliveryState, int])

    def count(self, state: DeliveryState) -> None:
        """Count one more."""
        self.states[state] = self.states.get(state, 0) + 1


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

    Safe to call twice, from anywhere, at any time: a claim is a compare-and-set, ``sending`` is
    committed before anything is handed over, and no transaction is open while the relay thinks.
    A worker that dies in between leaves a lease that ends, see flows.lost_replies.
    """
    outcome = DeliverOutcome()
    with open_session(engine) as session:
        claimed = queries.claim(session, delivery_ids, owner=owner, lease=LEASE, now=now)
        session.commit()
        for delivery in claimed:
            state = _send(session, sender, delivery, settings, now)
            outcome.count(state)
            log.info("delivery.finished", delivery_id=delivery.id, kind=delivery.kind, state=state)
    return outcome


def _send(
    session: Session, sender: Sender, delivery: Delivery, settings: Settings, now: datetime
) -> DeliveryState:
    try:
        mail = _prepare(session, delivery, settings)
        session.commit()  # lets go of the database before the relay is asked
        if isinstance(mail, _Suppressed):
            return _record(session, delivery, _suppress(mail.reason), now)
        answer = sender.send(mail)
    except RejectedError as error:
        return _record(session, delivery, _failed(str(error)), now)
    except RetryableError as error:
        return _record(session, delivery, _deferred(delivery, error, now), now)
    except LostReplyError as error:
        return _record_unknown(session, sender, delivery, str(error), now)
    return _record(session, delivery, _sent(answer, mail.subject), now)


@dataclass(frozen=True)
class _Suppressed:
    reason: str


@dataclass(frozen=True)
class _Result:
    state: DeliveryState
    event: DeliveryEventKind
    detail: str
    due_at: datetime | None = None
    subject: str = ""


def _prepare(session: Session, delivery: Delivery, settings: Settings) -> Mail | _Suppressed:
    reader = session.get_one(Subscriber, delivery.subscriber_id, populate_existing=True)
    if reader.state not in CONSENT[delivery.kind]:
        return _Suppressed(f"the reader's consent is {reader.state}")
    if (reason := queries.suppression_reason(session, reader.address_hash)) is not None:
        return _Suppressed(f"the address gets nothing: {reason}")
    letter = write_letter(session, delivery, settings)
    name = delivery.kind.value.replace("_", "-")
    rendered = render(_templates(), name, letter)
    address = AddressBook(settings.secret).open(reader.address)
    data = build(rendered, _envelope(delivery, letter, address, name, settings), settings)
    return Mail(
        key=delivery.key,
        message_id=delivery.message_id,
        sender=settings.mail_from,
        to=address,
        subject=rendered.subject,
        data=data,
    )


@cache
def _templates() -> Environment:
    return environment()


def _envelope(
    delivery: Delivery, letter: Letter, address: str, name: str, settings: Settings
) -> Envelope:
    everything = Scope(delivery.subscriber_id)
    thread = f"study-{letter.study.key}" if isinstance(letter, AlertLetter) else ""
    return Envelope(
        to=address,
        message_id=delivery.message_id,
        kind=name,
        unsubscribe_url=(
            "" if delivery.kind is DeliveryKind.GOODBYE else unsubscribe_url(settings, everything)
        ),
        thread=thread,
    )


def _sent(answer: str, subject: str) -> _Result:
    return _Result(DeliveryState.SENT, DeliveryEventKind.ACCEPTED, answer, subject=subject)


def _suppress(reason: str) -> _Result:
    return _Result(DeliveryState.SUPPRESSED, DeliveryEventKind.SUPPRESSED, reason)


def _failed(reason: str) -> _Result:
    return _Result(DeliveryState.FAILED, DeliveryEventKind.FAILED, reason)


def _deferred(delivery: Delivery, error: RetryableError, now: datetime) -> _Result:
    if delivery.attempts >= MAX_ATTEMPTS:
        return _failed(f"given up after {delivery.attempts} attempts: {error}")
    wait = wait_before(delivery.attempts + 1, jitter=random.random())  # noqa: S311 - spreads load
    due_at = now + max(wait, error.after or wait)
    return _Result(DeliveryState.DEFERRED, DeliveryEventKind.DEFERRED, str(error), due_at)


def _record(session: Session, delivery: Delivery, result: _Result, now: datetime) -> DeliveryState:
    row = queries.still_ours(session, delivery)
    if row is None:  # the lease ended and somebody else decided meanwhile
        session.commit()
        log.warning("delivery.overtaken", delivery_id=delivery.id, was=result.state)
        return result.state
    row.state, row.last_error = result.state, ""
    row.lease_owner, row.lease_until = None, None
    if result.state is DeliveryState.SENT:
        row.sent_at, row.subject = now, result.subject
        mark_told(session, stored_id(row.id))
    else:
        row.last_error = result.detail
    row.due_at = result.due_at or row.due_at
    queries.note_event(session, row, result.event, detail=result.detail, now=now)
    session.commit()
    return result.state


def _record_unknown(
    session: Session, sender: Sender, delivery: Delivery, reason: str, now: datetime
) -> DeliveryState:
    row = queries.still_ours(session, delivery)
    if row is None:
        session.commit()
        return DeliveryState.UNKNOWN
    state = settle_unknown(session, row, is_idempotent=sender.is_idempotent, reason=reason, now=now)
    session.commit()
    return state
