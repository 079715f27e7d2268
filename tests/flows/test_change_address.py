"""A reader moves: the new address agrees first, the old one is told, and nobody else's is taken."""

from datetime import datetime, timedelta

import pytest
from conftest import NOW
from sqlmodel import Session, col, select

from tidings.config import Settings
from tidings.delivery.models import Delivery, DeliveryKind
from tidings.errors import RejectedError
from tidings.flows.change_address import change_address
from tidings.flows.enroll import enroll
from tidings.flows.request_address_change import request_address_change
from tidings.flows.request_sign_in import request_sign_in
from tidings.flows.sign_in import sign_in
from tidings.flows.unsubscribe import unsubscribe
from tidings.subscribers.addresses import AddressBook
from tidings.subscribers.models import EndedReason, Subscriber, SubscriberState, TokenPurpose
from tidings.subscribers.queries import live_token
from tidings.subscribers.tokens import Scope, open_token, token_hash

OLD, NEW, OTHER = "old@clinic.org", "New@clinic.org", "other@clinic.org"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Mover:
    """A reader who wants to be written to elsewhere."""

    def __init__(self, session: Session, settings: Settings) -> None:
        self.session, self.settings = session, settings
        self.book = AddressBook(settings.secret)
        self.id = enroll(session, OLD, time_zone="UTC", settings=settings, now=NOW)

    def ask(self, address: str = NEW, *, now: datetime = NOW) -> list[int]:
        return request_address_change(
            self.session, subscriber_id=self.id, address=address, settings=self.settings, now=now
        )

    def secret(self, address: str = NEW, *, now: datetime = NOW) -> str:
        [mail] = self.ask(address, now=now)
        return self.secret_of(mail)

    def secret_of(self, mail: int) -> str:
        return open_token(self.settings.secret, self.session.get_one(Delivery, mail).secret)

    def press(self, secret: str, *, now: datetime = NOW + HOUR) -> int | None:
        return change_address(self.session, secret, settings=self.settings, now=now)

    def address(self, reader: int | None = None) -> str:
        self.session.expire_all()
        row = self.session.get_one(Subscriber, reader or self.id)
        address = self.book.open(row.address)
        assert row.address_hash == self.book.hash(address)
        return address

    def enroll(self, address: str) -> int:
        return enroll(self.session, address, time_zone="UTC", settings=self.settings, now=NOW)


@pytest.fixture
def mover(session: Session, settings: Settings) -> Mover:
    return Mover(session, settings)


def test_the_new_address_is_asked_and_nothing_has_changed_yet(mover: Mover) -> None:
    [mail] = mover.ask()
    row = mover.session.get_one(Delivery, mail)
    assert row.kind is DeliveryKind.CHANGE_ADDRESS
    assert mover.book.open(row.address or b"") == NEW
    assert mover.address() == OLD


def test_pressing_moves_the_reader_and_tells_the_old_address(mover: Mover) -> None:
    told = mover.press(mover.secret())
    row = mover.session.get_one(Delivery, told)
    assert mover.address() == NEW
    assert (row.kind, row.subscriber_id) == (DeliveryKind.ADDRESS_CHANGED, mover.id)
    assert mover.book.open(row.address or b"") == OLD


def test_a_move_ends_sessions_and_links_that_are_under_way(mover: Mover) -> None:
    def link() -> str:
        [mail] = request_sign_in(mover.session, address=OLD, settings=mover.settings, now=NOW)
        return mover.secret_of(mail)

    opened, unused, also_asked = sign_in(mover.session, link(), now=NOW), link(), mover.secret()
    soon = NOW + timedelta(minutes=5)
    mover.press(mover.secret("third@clinic.org"), now=soon)
    purpose = TokenPurpose.SESSION
    name = token_hash(opened)
    assert live_token(mover.session, name, purpose=purpose, now=soon) is None
    for use in (
        lambda: sign_in(mover.session, unused, now=soon),
        lambda: mover.press(also_asked, now=soon),
    ):
        mover.session.rollback()
        with pytest.raises(RejectedError, match="has expired"):
            use()
    assert mover.address() == "third@clinic.org"


def test_a_link_works_once_and_for_a_day(mover: Mover) -> None:
    late, secret = mover.secret(), mover.secret()
    with pytest.raises(RejectedError, match="has expired"):
        mover.press(late, now=NOW + DAY)
    mover.session.rollback()
    mover.press(secret)
    with pytest.raises(RejectedError, match="was used before"):
        mover.press(secret)


def test_an_address_that_another_reader_has_gets_no_mail_and_no_row_is_left(mover: Mover) -> None:
    mover.enroll(OTHER)
    assert mover.ask(OTHER) == []
    assert mover.session.exec(select(Delivery)).all() == []


def test_an_address_that_another_reader_got_meanwhile_is_refused(mover: Mover) -> None:
    secret = mover.secret(OTHER)
    other = mover.enroll(OTHER)
    with pytest.raises(RejectedError, match="not complete"):
        mover.press(secret)
    mover.session.rollback()
    assert (mover.address(), mover.address(other)) == (OLD, OTHER)


def test_an_address_that_was_given_up_can_be_moved_to_and_the_old_row_stays_ended(
    mover: Mover,
) -> None:
    before = mover.enroll(NEW)
    reason = EndedReason.UNSUBSCRIBED
    unsubscribe(mover.session, Scope(before), reason=reason, settings=mover.settings, now=NOW)
    mover.press(mover.secret())
    assert (mover.address(), mover.address(before)) == (NEW, OLD)
    states = mover.session.exec(select(col(Subscriber.state)).order_by(col(Subscriber.id))).all()
    assert states == [SubscriberState.ACTIVE, SubscriberState.ENDED]


def test_ones_own_address_and_what_is_none_are_refused_in_words(mover: Mover) -> None:
    with pytest.raises(RejectedError, match="to this address already"):
        mover.ask(OLD.upper())
    mover.session.rollback()
    with pytest.raises(RejectedError, match="no e-mail address"):
        mover.ask("me@")


def test_three_mails_a_day_may_stay_unanswered(mover: Mover) -> None:
    assert [len(mover.ask(f"{name}@clinic.org")) for name in "abcd"] == [1, 1, 1, 0]
    assert len(mover.ask(now=NOW + DAY)) == 1


def test_who_has_stopped_everything_cannot_move(mover: Mover) -> None:
    secret, reason = mover.secret(), EndedReason.UNSUBSCRIBED
    unsubscribe(mover.session, Scope(mover.id), reason=reason, settings=mover.settings, now=NOW)
    with pytest.raises(RejectedError, match="has confirmed"):
        mover.ask()
    mover.session.rollback()
    with pytest.raises(RejectedError, match="has expired"):
        mover.press(secret)
