"""Take the wish of somebody at the public form: ask the address itself whether it agrees."""

from datetime import datetime, timedelta

from sqlmodel import Session

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import commit
from tidings.errors import RejectedError
from tidings.flows.mail_secret import mail_secret
from tidings.projects.queries import project_by_key
from tidings.rendering.speech import SOURCE_LANGUAGE, Sayable
from tidings.searches.grammar import parse
from tidings.subscribers.addresses import AddressBook, normalise
from tidings.subscribers.consent import ask_again
from tidings.subscribers.models import Subscriber, SubscriberState, Token, TokenPurpose
from tidings.subscribers.queries import add_subscriber, unanswered_tokens
from tidings.subscribers.wishes import MAX_WISHES, WISHES, Wish
from tidings.subscribers.zones import known_zone
from tidings.watchlists.queries import published_watchlist

BETWEEN_MAILS = timedelta(hours=24)
MONTH, MAILS_A_MONTH = timedelta(days=30), 3
"""Limits on confirm mails that nobody answers: an address is not to be bombed through our form."""


def subscribe(  # noqa: PLR0913 - all that the form says
    session: Session,
    wish: Wish,
    *,
    address: str,
    time_zone: str,
    language: str = SOURCE_LANGUAGE,
    settings: Settings,
    now: datetime,
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
    typed = Subscriber(
        address=sealed, address_hash=name, time_zone=zone, language=language, created_at=now
    )
    reader = add_subscriber(session, typed)
    if reader.state is not SubscriberState.ACTIVE:  # the last typing is the best known
        reader.address, reader.time_zone, reader.language = sealed, zone, language
    if reader.state is SubscriberState.ENDED:
        ask_again(reader)
    delivery_id = _ask(session, stored_id(reader.id), wish, settings=settings, now=now)
    commit(session, "reader.asked")
    return delivery_id


def _check(session: Session, wish: Wish) -> None:
    if wish.follow_key is None and wish.search_text is None and wish.watchlist is None:
        raise RejectedError(Sayable("Choose a study to follow or type a search."))
    if wish.follow_key is not None and project_by_key(session, wish.follow_key) is None:
        raise RejectedError(Sayable("We know no study {key}.", key=wish.follow_key))
    if wish.search_text is not None:
        parse(wish.search_text)
    if wish.watchlist is not None and published_watchlist(session, wish.watchlist) is None:
        raise RejectedError(Sayable("There is no such list, or it is not public any more."))


def _ask(
    session: Session, subscriber_id: int, wish: Wish, *, settings: Settings, now: datetime
) -> int | None:
    unanswered = unanswered_tokens(
        session, subscriber_id, purpose=TokenPurpose.CONFIRM, since=now - MONTH
    )
    if unanswered and unanswered[0].created_at > now - BETWEEN_MAILS:
        _join(unanswered[0], wish, now=now)
        return None
    if len(unanswered) >= MAILS_A_MONTH:
        return None
    return mail_secret(
        session, subscriber_id, TokenPurpose.CONFIRM, settings=settings, now=now, wishes=[wish]
    )


def _join(token: Token, wish: Wish, *, now: datetime) -> None:
    """Let the mail that is on its way ask for this too, unless the reader ended it meanwhile."""
    wishes = WISHES.validate_python(token.wishes)
    if token.expires_at > now and wish not in wishes and len(wishes) < MAX_WISHES:
        token.wishes = WISHES.dump_python((*wishes, wish), mode="json")
