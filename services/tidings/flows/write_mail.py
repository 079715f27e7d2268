"""Write the mail of a delivery, if its reader may get it at this moment."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path

from jinja2 import Environment
from sqlmodel import Session

from tidings.clock import machine_now
from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.delivery import verp
from tidings.delivery.dkim import make_signer
from tidings.delivery.intake import unsubscribe_address
from tidings.delivery.models import Delivery, DeliveryKind
from tidings.delivery.senders.base import Mail
from tidings.delivery.suppression_queries import reason_to_withhold
from tidings.notices.links import Links
from tidings.notices.mailing import mailing_of
from tidings.notices.plain_letters import Letter
from tidings.rendering.environment import environment
from tidings.rendering.mail import Press
from tidings.rendering.message import Envelope, Origin, build
from tidings.rendering.overrides import Overrides
from tidings.rendering.slots import SLOT
from tidings.rendering.speech import SOURCE_LANGUAGE, speech_of
from tidings.subscribers.addresses import AddressBook
from tidings.subscribers.models import Subscriber, SubscriberState
from tidings.subscribers.tokens import mail_token

_ALIVE = (SubscriberState.ACTIVE,)

CONSENT = dict.fromkeys(DeliveryKind, _ALIVE) | {
    DeliveryKind.CONFIRM: (SubscriberState.PENDING, SubscriberState.ACTIVE),
    DeliveryKind.GOODBYE: (SubscriberState.ENDED,),
    DeliveryKind.ADDRESS_CHANGED: (SubscriberState.ACTIVE, SubscriberState.ENDED),
    DeliveryKind.BRAKE_PULLED: tuple(SubscriberState),
}
"""The states of a reader in which each kind of mail may go out."""

NOTHING_TO_END = frozenset({DeliveryKind.GOODBYE, DeliveryKind.BRAKE_PULLED})
"""Mails after which nothing is left to end, or that are no reader's."""


@dataclass(frozen=True)
class Withheld:
    """A mail that must not go out, and why."""

    reason: str


@dataclass(frozen=True)
class Recipient:
    """Whom a mail goes to, who may get it."""

    address: str
    language: str


def recipient_of(
    session: Session, delivery: Delivery, settings: Settings, *, now: datetime
) -> Recipient | Withheld:
    """Return whom a mail goes to, or why it must not go out; changes no row.

    Raises RetryableError while the address only rests.
    """
    reader = session.get_one(Subscriber, delivery.subscriber_id)
    if reader.state not in CONSENT[delivery.kind]:
        return Withheld(f"the reader's consent is {reader.state}")
    book = _address_book(settings.secret)
    address = book.open(reader.address if delivery.address is None else delivery.address)
    address_hash = reader.address_hash if delivery.address is None else book.hash(address)
    if (reason := reason_to_withhold(session, address_hash, now=now)) is not None:
        return Withheld(f"the address gets nothing: {reason}")
    return Recipient(address, reader.language)


def write_mail(
    delivery: Delivery, letter: Letter, recipient: Recipient, settings: Settings
) -> Mail:
    """Return the letter as this recipient's mail; asks nothing of the database.

    Raises RejectedError when it cannot be written as a mail.
    """
    name = delivery.kind.value.replace("_", "-")
    pieces = press(settings.templates_dir, settings.site_url).pieces(
        name, recipient.language, letter
    )
    token = mail_token(settings.secret, delivery.subscriber_id, delivery.message_id)
    envelope = _envelope(delivery, letter, recipient, token, settings)
    origin = Origin(settings.mail_name, settings.mail_from, settings.reply_to or "")
    message = build(pieces, envelope, origin, token=token)
    signed = make_signer(settings).sign(message, at=int(envelope.date.timestamp()))
    return Mail(
        key=delivery.key,
        message_id=delivery.message_id,
        sender=_return_path(delivery, settings),
        to=recipient.address,
        subject=pieces.subject,
        data=bytes(signed),
    )


def _return_path(delivery: Delivery, settings: Settings) -> str:
    """Return the envelope's sender: where the mail comes back to if it does not arrive."""
    domain = settings.bounce_domain
    if not domain:
        return settings.mail_from
    return verp.return_path(settings.secret, stored_id(delivery.id), domain)


@cache
def mail_templates(language: str = SOURCE_LANGUAGE) -> Environment:
    """Return the templates of mails in a language, loaded once a process."""
    return environment(speech=speech_of(language))


@cache
def press(templates_dir: Path | None = None, site_url: str = "") -> Press:
    """Return what renders the mails of this process, and keeps them."""
    overrides = Overrides(templates_dir, site_url=site_url) if templates_dir else None
    return Press(mail_templates, overrides)


def _envelope(
    delivery: Delivery, letter: Letter, recipient: Recipient, token: str, settings: Settings
) -> Envelope:
    links = Links(settings.site_url, recipient.language)
    mailing = mailing_of(letter, links, delivery.subscriber_id)
    # Whoever reads another address than the reader's must not end what is the reader's.
    ends = delivery.kind not in NOTHING_TO_END and delivery.address is None
    reads_mail = ends and bool(settings.mailbox_url.get_secret_value())
    by_mail = unsubscribe_address(token, settings.return_domain, mailing.list_name)
    return Envelope(
        to=recipient.address,
        message_id=delivery.message_id,
        kind=delivery.kind.value.replace("_", "-"),
        date=machine_now(),
        language=recipient.language,
        list_name=mailing.list_name,
        help_url=links.home,
        archive_url=mailing.archive_url.replace(SLOT, token),
        unsubscribe_url=mailing.unsubscribe_url.replace(SLOT, token) if ends else "",
        unsubscribe_to=by_mail if reads_mail else "",
        reference=verp.reference(settings.secret, stored_id(delivery.id)),
        thread=mailing.thread,
    )


@lru_cache(maxsize=4)
def _address_book(secret: bytes) -> AddressBook:
    return AddressBook(secret)
