"""Put a mail into the outbox that carries a secret link: part of the flows that ask an address."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from tidings import keys
from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.delivery.models import DeliveryKind
from tidings.delivery.queries import add_delivery
from tidings.subscribers.models import Token, TokenPurpose
from tidings.subscribers.tokens import new_token, seal_token
from tidings.subscribers.wishes import WISHES, Wish

KINDS = {
    TokenPurpose.CONFIRM: DeliveryKind.CONFIRM,
    TokenPurpose.SIGN_IN: DeliveryKind.SIGN_IN,
    TokenPurpose.CHANGE_ADDRESS: DeliveryKind.CHANGE_ADDRESS,
}
"""The mail that carries a token of each purpose."""

LIVES = {
    TokenPurpose.CONFIRM: timedelta(hours=48),
    TokenPurpose.SIGN_IN: timedelta(minutes=20),
    TokenPurpose.CHANGE_ADDRESS: timedelta(hours=24),
}
"""How long each may be used: the more it allows, the shorter."""


def mail_secret(  # noqa: PLR0913 - a token and a mail have that many parts
    session: Session,
    subscriber_id: int,
    purpose: TokenPurpose,
    *,
    settings: Settings,
    now: datetime,
    wishes: Sequence[Wish] = (),
    address: bytes | None = None,
) -> int:
    """Add a token and the mail that carries it; return the mail's delivery. The caller commits.

    ``address``, sealed, is where the mail goes if that is not the reader's own address.
    """
    secret, kept = new_token()
    token = Token(
        token_hash=kept,
        purpose=purpose,
        subscriber_id=subscriber_id,
        wishes=WISHES.dump_python(tuple(wishes), mode="json"),
        address=address,
        created_at=now,
        expires_at=now + LIVES[purpose],
    )
    session.add(token)
    session.flush()
    key = keys.token_key(purpose.value, subscriber_id, stored_id(token.id))
    delivery = add_delivery(
        session,
        key=key,
        subscriber_id=subscriber_id,
        kind=KINDS[purpose],
        message_id=keys.message_id(key, settings.mail_domain),
        due_at=now,
        now=now,
        secret=seal_token(settings.secret, secret),
        address=address,
    )
    if delivery is None:
        raise LookupError("a token that was just made has no mail yet")
    return stored_id(delivery.id)
