"""Write to a reader at another address from now on, once that address has agreed."""

from datetime import datetime

from sqlmodel import Session

from tidings import keys
from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import commit
from tidings.delivery.models import DeliveryKind
from tidings.delivery.queries import add_delivery
from tidings.flows.use_token import not_whole, usable_token
from tidings.subscribers.addresses import AddressBook
from tidings.subscribers.models import Subscriber, SubscriberState, Token, TokenPurpose
from tidings.subscribers.queries import expire_tokens, subscriber_at, subscriber_locked
from tidings.subscribers.tokens import token_hash


def change_address(
    session: Session, secret: str, *, settings: Settings, now: datetime
) -> int | None:
    """Switch the address; return the delivery that tells the old one.

    The link works once. Sessions and links that are under way end: whoever holds the old mailbox
    cannot take the account back. Raises RejectedError, in words, for a link that is not good, and
    in the same words if another active reader has the address by now.
    """
    token = usable_token(session, secret, TokenPurpose.CHANGE_ADDRESS, now=now)
    reader = subscriber_locked(session, token.subscriber_id)
    if reader is None or reader.state is not SubscriberState.ACTIVE or token.address is None:
        raise not_whole()
    old = reader.address
    _move(session, reader, token.address, AddressBook(settings.secret), now=now)
    token.used_at = now
    session.flush()
    expire_tokens(session, token.subscriber_id, now=now)
    told = _tell(session, token, old, settings=settings, now=now)
    commit(session, "reader.moved")
    return told


def _move(
    session: Session, reader: Subscriber, sealed: bytes, book: AddressBook, *, now: datetime
) -> None:
    """Give the reader the address.

    Somebody with a row of it who is not active, most likely the same person at another time, gets
    the old one in exchange: an address names one reader, and an ended one must stay ended.
    """
    old, old_name, name = reader.address, reader.address_hash, book.hash(book.open(sealed))
    other = subscriber_at(session, name)
    if other is not None and other.state is SubscriberState.ACTIVE:
        raise not_whole()
    if other is not None:
        other.address_hash = token_hash(name)  # stands in while the two are exchanged
        session.flush()
    reader.address, reader.address_hash = sealed, name
    session.flush()
    if other is not None:
        other.address, other.address_hash = old, old_name
        expire_tokens(session, stored_id(other.id), now=now)  # they were mailed to the other one


def _tell(
    session: Session, token: Token, old: bytes, *, settings: Settings, now: datetime
) -> int | None:
    key = keys.moved_key(token.subscriber_id, stored_id(token.id))
    delivery = add_delivery(
        session,
        key=key,
        subscriber_id=token.subscriber_id,
        kind=DeliveryKind.ADDRESS_CHANGED,
        message_id=keys.message_id(key, settings.mail_domain),
        due_at=now,
        now=now,
        address=old,
    )
    return delivery.id if delivery else None
