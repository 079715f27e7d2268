"""Send calls of the outbox to readers' endpoints, and write down what became of each."""

import random
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_hex
from time import monotonic

import structlog
from sqlalchemy import Engine
from sqlmodel import Session

from tidings import keys
from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import commit, open_reader, open_session
from tidings.delivery import queries, results
from tidings.delivery.answers import GoneError
from tidings.delivery.endpoint_queries import endpoints_locked, withdraw_calls
from tidings.delivery.endpoints import note_failure, note_success
from tidings.delivery.journal import Journal, Journals, Step
from tidings.delivery.models import Delivery, DeliveryKind, DeliveryState, Endpoint
from tidings.delivery.results import Result
from tidings.delivery.senders.base import LostReplyError
from tidings.delivery.senders.calls import CallSenders
from tidings.delivery.senders.chat import ChatCall
from tidings.errors import RejectedError, RetryableError
from tidings.flows.record_results import record_results
from tidings.flows.write_calls import OFF, CallDesk, WebCall
from tidings.flows.write_mail import Withheld

log = structlog.get_logger()

AT_ONCE = 8
"""Endpoints that one batch speaks to at the same time: one that hangs holds up no other."""

BEGINS_UNTIL, HANDS_OVER_UNTIL = 1 / 3, 1 / 2
"""Shares of its lease after which a batch begins no further call, and sends none any more."""

Ends = dict[int, Result | Step]


@dataclass
class CallsOutcome:
    """How many calls ended in each state, and the mails that say that an endpoint is off."""

    states: dict[DeliveryState, int] = field(default_factory=dict[DeliveryState, int])
    mails: list[int] = field(default_factory=list[int])


@dataclass(frozen=True)
class Try:
    """One call that was really made: whether it was taken, or the endpoint gone for good."""

    is_well: bool
    is_gone: bool = False


def deliver_calls(
    engine: Engine,
    senders: CallSenders,
    delivery_ids: Collection[int],
    *,
    settings: Settings,
    owner: str,
    now: datetime,
) -> CallsOutcome:
    """Make those of the calls that are due and that nobody else has claimed.

    As mail is delivered, in two commits a batch with a journal in between, and as safe to call
    twice. The calls of one endpoint are made one after the other; when it does not take one, those
    behind it are put off with it. Whoever fails for too long, or is gone, is switched off, and its
    reader gets a mail.
    """
    journals = Journals(settings.journal_dir)
    lease = f"{journals.host}:{owner.removeprefix(f'{journals.host}:')}:{token_hex(4)}"
    began = monotonic()
    with ExitStack() as stack:
        with open_session(engine) as session:
            claimed = queries.claim(
                session,
                delivery_ids,
                owner=lease,
                lease=settings.delivery_lease_time,
                now=now,
                channels=queries.CALLS,
            )
            if not claimed:
                return CallsOutcome()
            journal = stack.enter_context(journals.keep(lease))
            commit(session, "calls.claimed")
        batch = _Batch(senders, journal, settings, now, began)
        try:
            with open_reader(engine) as session:
                written = batch.write(claimed, CallDesk(session, claimed, settings, now))
            batch.send(claimed, written)
        finally:
            outcome = _record(engine, claimed, batch, lease=lease, settings=settings)
            journals.forget(lease)
    return outcome


class _LeaseEndedError(Exception):
    """The worker took too long: from now on the batch may be another's."""


@dataclass
class _Batch:
    """One batch on its way: what became of each call, and the tries at each endpoint."""

    senders: CallSenders
    journal: Journal
    settings: Settings
    now: datetime
    began: float
    ends: Ends = field(default_factory=Ends)
    tries: dict[int, list[Try]] = field(default_factory=dict[int, list[Try]])

    def write(
        self, claimed: Sequence[Delivery], desk: CallDesk
    ) -> Mapping[int, WebCall | Withheld]:
        """Write every call; one that cannot be written is in hand then, and the others are not."""
        written: dict[int, WebCall | Withheld] = {}
        for delivery in claimed:
            delivery_id = stored_id(delivery.id)
            try:
                written[delivery_id] = desk.call(delivery)
            except RejectedError as error:
                written[delivery_id] = Withheld(str(error))
            except Exception:
                self.ends[delivery_id] = Step.IN_HAND
                self.journal.take(delivery_id)
                raise
        return written

    def send(self, claimed: Sequence[Delivery], written: Mapping[int, WebCall | Withheld]) -> None:
        """Send to several endpoints at a time, to each one call after the other."""
        lines: defaultdict[int, list[Delivery]] = defaultdict(list)
        for delivery in claimed:
            lines[delivery.endpoint_id or 0].append(delivery)
        self.tries = {endpoint_id: [] for endpoint_id in lines}
        with ThreadPoolExecutor(min(AT_ONCE, len(lines))) as pool:
            running = [
                pool.submit(self._send_line, tries, line, written)
                for tries, line in zip(self.tries.values(), lines.values(), strict=True)
            ]
        for one in running:
            one.result()

    def _send_line(
        self,
        tries: list[Try],
        line: Sequence[Delivery],
        written: Mapping[int, WebCall | Withheld],
    ) -> None:
        waiting = iter(line)
        for delivery in waiting:
            delivery_id = stored_id(delivery.id)
            if self._spent() > BEGINS_UNTIL:
                return
            self.ends[delivery_id] = Step.IN_HAND
            self.journal.take(delivery_id)
            call = written[delivery_id]
            try:
                trouble = self._send(delivery, call, tries)
            except _LeaseEndedError:
                self.journal.let_go(delivery_id)
                self.ends[delivery_id] = Step.UNTOUCHED
                return
            if trouble is not None:
                self._put_off(waiting, trouble)

    def _send(
        self, delivery: Delivery, call: WebCall | Withheld, tries: list[Try]
    ) -> RetryableError | None:
        """Make one call; return why those behind it need not be tried now."""
        if isinstance(call, Withheld):
            self._end(delivery, results.suppressed(call.reason))
            return None
        trouble: RetryableError | None = None
        try:
            answer = self._hand_over(delivery, call)
            end, attempt = results.sent(answer, ""), Try(is_well=True)
        except RejectedError as error:
            is_gone = isinstance(error, GoneError)
            end, attempt = results.failed(str(error)), Try(is_well=False, is_gone=is_gone)
            trouble = RetryableError(str(error))
        except RetryableError as error:
            end, attempt, trouble = self._deferred(delivery, error), Try(is_well=False), error
        except LostReplyError as error:
            end, attempt = results.unknown(str(error)), Try(is_well=False)
            trouble = RetryableError(str(error))
        tries.append(attempt)
        self._end(delivery, end)
        return trouble

    def _hand_over(self, delivery: Delivery, call: WebCall) -> str:
        if isinstance(call, ChatCall):
            return self.senders.chat.send(call, self._hander_over(delivery))
        return self.senders.webhook.send(call, self._hander_over(delivery))

    def _hander_over(self, delivery: Delivery) -> Callable[[], None]:
        def hand_over() -> None:
            if self._spent() > HANDS_OVER_UNTIL:
                raise _LeaseEndedError
            self.ends[stored_id(delivery.id)] = Step.HANDED_OVER
            self.journal.hand_over(stored_id(delivery.id))

        return hand_over

    def _put_off(self, waiting: Iterator[Delivery], trouble: RetryableError) -> None:
        behind = RetryableError(f"not tried, after another call: {trouble}", after=trouble.after)
        for delivery in waiting:
            self._end(delivery, self._deferred(delivery, behind))

    def _end(self, delivery: Delivery, end: Result) -> None:
        self.journal.end(stored_id(delivery.id), end)
        self.ends[stored_id(delivery.id)] = end

    def _deferred(self, delivery: Delivery, error: RetryableError) -> Result:
        jitter = random.random()  # noqa: S311 - spreads load
        return results.call_deferred(delivery, error, now=self.now, jitter=jitter)

    def _spent(self) -> float:
        """Return how much of the lease is over, 1 being all of it."""
        return (monotonic() - self.began) / self.settings.delivery_lease


def _record(
    engine: Engine, claimed: Sequence[Delivery], batch: _Batch, *, lease: str, settings: Settings
) -> CallsOutcome:
    now = batch.now
    ids = [stored_id(delivery.id) for delivery in claimed]
    with open_session(engine) as session:
        # Endpoints before deliveries, as whoever changes an endpoint takes them.
        endpoints = endpoints_locked(session, batch.tries)
        rows = queries.still_ours(session, ids, owner=lease)
        if len(rows) < len(ids):  # the lease ended and somebody else decided meanwhile
            log.warning("calls.overtaken", lease=lease, deliveries=len(ids) - len(rows))
        ends = {
            stored_id(row.id): (row, batch.ends.get(stored_id(row.id), Step.UNTOUCHED))
            for row in rows
        }
        states = record_results(session, ends, is_idempotent=False, now=now)
        mails = [
            mail
            for endpoint in endpoints
            if _is_now_off(endpoint, batch.tries[stored_id(endpoint.id)], now)
            for mail in _tell_of(session, endpoint, settings, now)
        ]
        commit(session, "calls.recorded")
    return CallsOutcome(states, mails)


def _is_now_off(endpoint: Endpoint, tries: Sequence[Try], now: datetime) -> bool:
    """Note the tries on their endpoint; say whether they switched it off."""
    is_off = False
    for one in tries:
        if one.is_well:
            note_success(endpoint)
        else:
            is_off = note_failure(endpoint, is_gone=one.is_gone, now=now) or is_off
    return is_off


def _tell_of(
    session: Session, endpoint: Endpoint, settings: Settings, now: datetime
) -> Iterator[int]:
    """Withdraw what waits for an endpoint that is off now, and let its reader have a mail."""
    withdraw_calls(session, stored_id(endpoint.id), reason=OFF, now=now)
    key = keys.endpoint_disabled_key(stored_id(endpoint.id), now)
    mail = queries.add_delivery(
        session,
        key=key,
        subscriber_id=endpoint.subscriber_id,
        kind=DeliveryKind.ENDPOINT_DISABLED,
        message_id=keys.message_id(key, settings.mail_domain),
        due_at=now,
        now=now,
    )
    log.warning("endpoint.disabled", endpoint_id=endpoint.id, reason=endpoint.disabled_reason)
    if mail is not None:
        mail.endpoint_id = endpoint.id
        yield stored_id(mail.id)
