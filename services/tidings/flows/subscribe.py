"""Take the wish of somebody at the public form: ask the address itself whether it agrees."""

from datetime import datetime, timedelta

from sqlmodel import Session

from tidings import keys
from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import commit
from tidings.delivery.models import DeliveryKind
from tidings.delivery.queries import add_delivery
from tidings.errors import RejectedError
from tidings.projects.queries import project_by_key
from tidings.searches.grammar import parse
from tidings.subscribers.addresses import AddressBook, normalise
from tidings.subscribers.consent import ask_again
from tidings.subscribers.models import Subscriber, SubscriberState, Token, TokenPurpose
from tidings.subscribers.queries import add_subscriber, unanswered_tokens
from tidings.subscribers.tokens import new_token, seal_token
from tidings.subscribers.wishes import MAX_WISHES, WISHES, Wish
from tidings.subscribers.zones import known_zone

TOKEN_LIFE = timedelta(hours=48)
BETWEEN_MAILS = timedelta(hours=24)
MONTH, MAILS_A_MONTH = timedelta(days=30), 3
"""Limits on confirm mails that nobody answers: an address is not to be bombed through our form."""


def subscribe(
    session: Session, wish: Wish, *, address: str, time_zone: str, settings: Settings, now: datetime
) -> int | None:
    """Note a wish and the confirm mail that asks for it; return the mail's delivery, if one is due.

    Whoever knows an address may type it, so nothing comes of a wish until the mail is answered,
    for readers who are active already as well. The caller shows the same answer in every case. A
    wish made while a mail of the last day is unanswered joins it, and then there is no second
    mail; so calling twice asks once. Raises RejectedError, in words, for what cannot be asked for.
    """
    normal, zone = normalise(address), known_zone(time_zone).key
    _check(session, wish)
    book = AddressBook(settings.secret)
    sealed, name = book.seal(normal), book.hash(normal)
    reader = add_subscriber(
        session, Subscriber(address=sealed, address_hash=name, time_zone=zone, created_at=now)
    )
    if reader.state is not SubscriberState.ACTIVE:
        reader.address, reader.time_zone = sealed, zone  # the last typing is the best known
    if reader.state is SubscriberState.ENDED:
        ask_again(reader)
    delivery_id = _ask(session, stored_id(reader.id), wish, settings=settings, now=now)
    commit(session, "reader.asked")
    return delivery_id


def _check(session: Session, wish: Wish) -> None:
    if wish.follow_key is None and wish.search_text is None:
        raise RejectedError("Choose a study to follow or type a search.")
    if wish.follow_key is not None and project_by_key(session, wish.follow_key) is None:
        raise RejectedError(f"We know no study {wish.follow_key}.")
    if wish.search_text is not None:
        parse(wish.search_text)


def _ask(
    session: Session, subscriber_id: int, wish: Wish, *, settings: Settings, now: datetime
) -> int | None:
    unanswered = unanswered_tokens(session, subscriber_id, since=now - MONTH)
    if unanswered and unanswered[0].created_at > now - BETWEEN_MAILS:
        _join(unanswered[0], wish, now=now)
        return None
    if len(unanswered) >= MAILS_A_MONTH:
        return None
    secret, kept = new_token()
    token = Token(
        token_hash=kept,
        purpose=TokenPurpose.CONFIRM,
        subscriber_id=subscriber_id,
        wishes=WISHES.dump_python((wish,), mode="json"),
        created_at=now,
        expires_at=now + TOKEN_LIFE,
    )
    session.add(token)
    session.flush()
    key = keys.confirm_key(subscriber_id, stored_id(token.id))
    delivery = add_delivery(
        session,
        key=key,
        subscriber_id=subscriber_id,
        kind=DeliveryKind.CONFIRM,
        due_at=now,
        now=now,
        message_id=keys.message_id(key, settings.mail_domain),
        secret=seal_token(settings.secret, secret),
    )
    return delivery.id if delivery else None


def _join(token: Token, wish: Wish, *, now: datetime) -> None:
    """Let the mail that is on its way ask for this too, unless the reader ended it meanwhile."""
    wishes = WISHES.validate_python(token.wishes)
    if token.expires_at > now and wish not in wishes and len(wishes) < MAX_WISHES:
        token.wishes = WISHES.dump_python((*wishes, wish), mode="json")
