"""A mail comes back: it is noted once, and an address that takes none gets none."""

from datetime import datetime, timedelta

import pytest
from conftest import NOW
from outbox import alerts, digest, notice_for, row, send, trail, weekly_notice
from relay import RelayServer
from sqlalchemy import Engine
from sqlmodel import Session, select

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.delivery.feedback import Feedback, FeedbackKind
from tidings.delivery.models import DeliveryState, Suppression
from tidings.delivery.queries import due_delivery_ids
from tidings.delivery.refusals import Refusal
from tidings.delivery.senders.capture import CaptureSender
from tidings.delivery.senders.make import inbox_folder
from tidings.delivery.senders.smtp import SmtpSender
from tidings.delivery.suppression import Hold, Reason
from tidings.delivery.suppression_queries import holds_now, put_hold
from tidings.errors import RejectedError
from tidings.flows.compose_alerts import compose_alerts
from tidings.flows.guard_sender import guard_sender
from tidings.flows.release_address import release_address
from tidings.flows.start_digests import start_digests
from tidings.flows.suppress_address import suppress_address
from tidings.flows.take_feedback import take_feedback
from tidings.notices.backlog import digests_due_since
from tidings.notices.models import Notice
from tidings.subscribers.addresses import AddressBook
from tidings.subscribers.models import (
    Cadence,
    EndedReason,
    Subscriber,
    SubscriberState,
    Token,
    TokenPurpose,
)
from tidings.upkeep.brakes import brake_of
from tidings.upkeep.models import AuditEntry, Brake

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATER = NOW + HOUR
FULL, GONE = "4.2.2", "5.1.1"


class Post:
    """One reader whose mails come back."""

    def __init__(self, engine: Engine, session: Session, settings: Settings) -> None:
        self.engine, self.session, self.settings = engine, session, settings
        self._number = 0
        self.reader_id = 0

    def send(self, *, now: datetime = NOW) -> int:
        """Send the reader an alert of one more study; return its delivery."""
        delivery_id = self.write(now=now)
        self.deliver(delivery_id, now=now)
        return delivery_id

    def write(self, *, now: datetime = NOW) -> int:
        """Put an alert to the reader into the outbox."""
        self._number += 1
        notice = notice_for(self.session, self.settings, f"s{self._number}", Cadence.IMMEDIATE)
        self.reader_id = self.reader_id or notice.subscriber_id
        notice.subscriber_id = self.reader_id
        self.session.commit()
        (made,) = compose_alerts(self.session, settings=self.settings, now=now)
        self.session.close()
        return made

    def deliver(self, delivery_id: int, *, now: datetime) -> DeliveryState:
        """Let a worker send it; return how it stands then."""
        sender = CaptureSender(inbox_folder(self.settings))
        send(self.engine, sender, [delivery_id], self.settings, now=now)
        return row(self.engine, delivery_id).state

    def hears(
        self,
        kind: FeedbackKind,
        delivery_id: int,
        status: str = "",
        *,
        now: datetime = LATER,
    ) -> bool:
        """Take in what becomes of a mail."""
        refusal = Refusal(f"{status} for mail {delivery_id}", status) if status else None
        found = Feedback(kind, delivery_id=delivery_id, refusal=refusal, detail="as they say")
        return take_feedback(self.session, found, settings=self.settings, now=now)

    @property
    def reader(self) -> Subscriber:
        """The reader, as stored now."""
        with open_session(self.engine) as session:
            return session.get_one(Subscriber, self.reader_id)

    @property
    def held(self) -> tuple[str, timedelta | None] | None:
        """Why the reader gets nothing, and for how long in all."""
        with open_session(self.engine) as session:
            found = session.get(Suppression, self.reader.address_hash)
        return (found.reason, found.until - found.since if found.until else None) if found else None

    def due(self, *, now: datetime) -> list[int]:
        """Return what may be sent."""
        with open_session(self.engine) as session:
            return due_delivery_ids(session, now=now, limit=9)


@pytest.fixture
def post(engine: Engine, session: Session, settings: Settings) -> Post:
    return Post(engine, session, settings)


def test_after_a_hard_bounce_the_reader_gets_nothing_and_is_a_reader_no_more(post: Post) -> None:
    one = post.send()
    two = post.write()
    assert post.hears(FeedbackKind.BOUNCED, one, GONE)
    assert not post.hears(FeedbackKind.BOUNCED, one, GONE)
    assert trail(post.engine, one) == ["accepted", "bounced_hard"]
    assert post.held == ("hard", None)
    assert (post.reader.state, post.reader.ended_reason) == (
        SubscriberState.ENDED,
        EndedReason.BOUNCED,
    )
    assert row(post.engine, two).state is DeliveryState.SUPPRESSED
    with open_session(post.engine) as session:
        assert session.exec(select(Notice).where(Notice.delivery_id == two)).all() == []


def test_three_soft_bounces_let_the_address_rest_and_its_mail_wait(post: Post) -> None:
    for number in range(3):
        one = post.send()
        assert post.held is None
        assert post.hears(FeedbackKind.BOUNCED, one, FULL, now=NOW + number * HOUR)
    assert post.held == ("soft", DAY)
    ends = NOW + 2 * HOUR + DAY
    waiting = post.write(now=LATER)
    assert post.deliver(waiting, now=ends - HOUR) is DeliveryState.PENDING
    assert post.due(now=ends - HOUR) == []
    assert row(post.engine, waiting).attempts == 0
    assert post.deliver(waiting, now=ends) is DeliveryState.SENT
    assert post.hears(FeedbackKind.BOUNCED, waiting, FULL, now=ends + HOUR)
    assert post.held == ("soft", 3 * DAY)
    assert post.reader.state is SubscriberState.ACTIVE


@pytest.mark.parametrize("status", ["5.7.26", "5.3.4", "5.6.0"])
def test_what_is_our_own_fault_is_never_the_readers(post: Post, status: str) -> None:
    for number in range(4):
        post.hears(FeedbackKind.BOUNCED, post.send(), status, now=NOW + number * HOUR)
    assert post.held is None
    assert post.reader.state is SubscriberState.ACTIVE


def test_a_mail_that_arrives_ends_the_rest_but_not_one_from_before(post: Post) -> None:
    early = post.send()
    for number in range(3):
        post.hears(FeedbackKind.BOUNCED, post.send(), FULL, now=NOW + (number + 1) * HOUR)
    assert not post.hears(FeedbackKind.DELIVERED, early, now=LATER)
    assert post.held is not None
    late = post.send(now=NOW + 4 * DAY)
    assert post.hears(FeedbackKind.DELIVERED, late, now=NOW + 4 * DAY)
    assert not post.hears(FeedbackKind.DELIVERED, late, now=NOW + 4 * DAY)
    assert post.held is None


@pytest.mark.parametrize(
    ("kind", "reason", "ended"),
    [
        (FeedbackKind.COMPLAINED, "complaint", EndedReason.COMPLAINED),
        (FeedbackKind.UNSUBSCRIBED, "unsubscribed", EndedReason.UNSUBSCRIBED),
    ],
)
def test_whoever_complains_hears_no_more_not_even_goodbye(
    post: Post, kind: FeedbackKind, reason: str, ended: EndedReason
) -> None:
    one = post.send()
    assert post.hears(kind, one)
    assert not post.hears(kind, one)
    assert post.held == (reason, None)
    assert post.reader.ended_reason is ended
    assert trail(post.engine, one)[-1] == kind.value
    assert post.due(now=NOW + DAY) == []


def test_a_bounce_of_a_delay_changes_nothing(post: Post) -> None:
    one = post.send()
    assert not post.hears(FeedbackKind.DEFERRED, one, "4.4.1")
    assert trail(post.engine, one) == ["accepted"]


def test_a_mail_is_known_by_its_message_id_or_by_the_address_that_a_provider_names(
    post: Post,
) -> None:
    one = post.send()
    refusal = Refusal("5.1.1 gone", GONE)
    by_address = Feedback(FeedbackKind.BOUNCED, address="S1@Clinic.org", refusal=refusal)
    assert take_feedback(post.session, by_address, settings=post.settings, now=LATER)
    by_id = Feedback(
        FeedbackKind.BOUNCED, message_id=row(post.engine, one).message_id, refusal=refusal
    )
    assert not take_feedback(post.session, by_id, settings=post.settings, now=LATER)


@pytest.mark.parametrize(
    "named",
    [{"delivery_id": 999}, {"message_id": "<forged@elsewhere>"}, {"address": "x@y.example"}, {}],
)
def test_feedback_on_a_message_that_is_not_ours_changes_nothing(
    session: Session, settings: Settings, named: dict[str, str]
) -> None:
    found = Feedback(FeedbackKind.BOUNCED, refusal=Refusal("", GONE), **named)  # pyright: ignore[reportArgumentType]
    with pytest.raises(RejectedError, match="no mail of ours"):
        take_feedback(session, found, settings=settings, now=NOW)


def test_a_bounce_of_an_old_address_says_nothing_of_the_new_one(post: Post) -> None:
    one = post.send()
    book = AddressBook(post.settings.secret)
    new = "new@clinic.org"
    reader = post.session.get_one(Subscriber, post.reader_id)
    reader.address, reader.address_hash = book.seal(new), book.hash(new)
    moved(post.session, post.reader_id, at=LATER)
    post.hears(FeedbackKind.BOUNCED, one, GONE, now=LATER + HOUR)
    assert post.held is None
    assert post.reader.state is SubscriberState.ACTIVE
    assert trail(post.engine, one)[-1] == "bounced_hard"


def moved(session: Session, reader_id: int, *, at: datetime) -> None:
    """Note that a reader moved to another address."""
    session.add(
        Token(
            token_hash="used",
            purpose=TokenPurpose.CHANGE_ADDRESS,
            subscriber_id=reader_id,
            created_at=at,
            expires_at=at,
            used_at=at,
        )
    )
    session.commit()


@pytest.mark.parametrize(
    ("answer", "reason", "last"),
    [
        ("550 5.1.1 no such user", "hard", "bounced_hard"),
        ("550 5.7.26 unauthenticated", None, "bounced_sender"),
        ("552 5.3.4 too big", None, "bounced_soft"),
        ("550 no", None, "bounced_soft"),
    ],
)
def test_what_the_relay_itself_answers_counts_as_a_bounce_does(
    post: Post, relay: RelayServer, smtp: SmtpSender, answer: str, reason: str | None, last: str
) -> None:
    engine, one = post.engine, post.write()
    relay.answer_to_recipient = answer
    send(engine, smtp, [one], post.settings)
    assert trail(engine, one) == ["failed", last]
    assert post.held == ((reason, None) if reason else None)
    is_ours = "too big" in answer
    assert ("look at the mail itself" in row(engine, one).last_error) is is_ours


def pulled(engine: Engine) -> Brake | None:
    """Return the brake of mail if it is pulled."""
    with open_session(engine) as session:
        return brake_of(session)


def test_when_readers_mail_servers_refuse_our_domain_all_mail_stops_and_no_reader_is_lost(
    engine: Engine, session: Session, settings: Settings, relay: RelayServer, smtp: SmtpSender
) -> None:
    ids = alerts(session, settings, 4)
    session.close()
    relay.answer_to_recipient = "451 4.7.32 From is not aligned"
    send(engine, smtp, ids[:2], settings)
    assert guard_sender(engine, settings=settings, now=NOW) is None
    assert pulled(engine) is None
    send(engine, smtp, ids[2:3], settings)
    guard_sender(engine, settings=settings, now=NOW)
    brake = pulled(engine)
    assert brake is not None
    assert brake.reason.startswith("the mail servers of 3 readers refuse our domain: 127.")
    assert brake.reason.endswith("451 4.7.32 From is not aligned")
    with open_session(engine) as reading:
        assert reading.exec(select(Suppression)).all() == []
    send(engine, smtp, ids[3:], settings)
    assert row(engine, ids[3]).state is DeliveryState.PENDING


def test_while_an_address_rests_its_digests_roll_into_one_that_comes_after(
    engine: Engine, session: Session, settings: Settings
) -> None:
    notice = weekly_notice(session, settings)
    reader = session.get_one(Subscriber, notice.subscriber_id)
    until = NOW + 15 * DAY
    put_hold(session, reader.address_hash, Hold(Reason.SOFT, NOW - DAY, until))
    session.commit()
    for weeks in range(3):
        assert start_digests(session, now=NOW + timedelta(weeks=weeks)) == []
        assert digests_due_since(session, now=NOW + timedelta(weeks=weeks)) is None
    session.close()
    mended = digest(session, settings, weeks=3)
    session.close()
    send(
        engine, CaptureSender(inbox_folder(settings)), [mended], settings, now=until + timedelta(7)
    )
    assert row(engine, mended).state is DeliveryState.SENT


def test_an_operator_suppresses_and_releases_an_address_and_the_log_does_not_tell_it(
    session: Session, settings: Settings
) -> None:
    def suppressed() -> bool:
        return suppress_address(
            session, "Reader@Clinic.org", actor="eva", settings=settings, now=NOW
        )

    assert [suppressed(), suppressed()] == [True, False]
    (held,) = holds_now(session, now=NOW)
    assert held.reason == "manual"
    released = [
        release_address(session, "reader@clinic.org", actor="eva", settings=settings)
        for _ in range(2)
    ]
    assert released == [True, False]
    entries = session.exec(select(AuditEntry)).all()
    assert [entry.action for entry in entries] == ["suppress address", "release address"]
    name = held.address_hash[:12]
    assert [entry.object for entry in entries] == [f"address {name}", f"address {name}, manual"]
