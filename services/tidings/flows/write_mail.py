"""Write the mail of a delivery, if its reader may get it at this moment."""

from dataclasses import dataclass
from functools import cache

from jinja2 import Environment
from sqlmodel import Session

from tidings.config import Settings
from tidings.delivery import queries
from tidings.delivery.models import Delivery, DeliveryKind
from tidings.delivery.senders.base import Mail
from tidings.flows.write_letter import unsubscribe_url, write_letter
from tidings.notices.letters import AlertLetter, Letter
from tidings.rendering.environment import environment
from tidings.rendering.mail import Envelope, build, render
from tidings.subscribers.addresses import AddressBook
from tidings.subscribers.models import Subscriber, SubscriberState
from tidings.subscribers.tokens import Scope

CONSENT = {
    DeliveryKind.CONFIRM: (SubscriberState.PENDING, SubscriberState.ACTIVE),
    DeliveryKind.GOODBYE: (SubscriberState.ENDED,),
    DeliveryKind.CHANGE_ALERT: (SubscriberState.ACTIVE,),
    DeliveryKind.DIGEST: (SubscriberState.ACTIVE,),
}
"""The states of a reader in which each kind of mail may go out."""


@dataclass(frozen=True)
class Withheld:
    """A mail that must not go out, and why."""

    reason: str


def write_mail(session: Session, delivery: Delivery, settings: Settings) -> Mail | Withheld:
    """Return the mail as its rows stand now; changes no row.

    Raises RejectedError when there is nothing left to say.
    """
    reader = session.get_one(Subscriber, delivery.subscriber_id)
    if reader.state not in CONSENT[delivery.kind]:
        return Withheld(f"the reader's consent is {reader.state}")
    if (reason := queries.suppression_reason(session, reader.address_hash)) is not None:
        return Withheld(f"the address gets nothing: {reason}")
    letter = write_letter(session, delivery, settings)
    name = delivery.kind.value.replace("_", "-")
    rendered = render(mail_templates(), name, letter)
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
def mail_templates() -> Environment:
    """Return the templates of mails, loaded once a process."""
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
