"""Note where else a reader wants notices to go."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import commit
from tidings.delivery.chat import open_room
from tidings.delivery.endpoint_queries import endpoints_of
from tidings.delivery.endpoints import (
    LONGEST_LABEL,
    MOST_ENDPOINTS,
    EndpointVault,
    OffReason,
    Secrets,
    new_secret,
    switch_off,
)
from tidings.delivery.guarding import read_target
from tidings.delivery.models import Endpoint, EndpointKind
from tidings.delivery.senders.calls import rules_of
from tidings.errors import RejectedError
from tidings.rendering.speech import Sayable
from tidings.subscribers.models import SubscriberState
from tidings.subscribers.queries import subscriber_locked


@dataclass(frozen=True)
class EndpointWish:
    """What a reader asks for: an address of a kind, and their own name for it."""

    kind: EndpointKind
    address: str
    label: str = ""


@dataclass(frozen=True)
class AddedEndpoint:
    """A new endpoint; ``secret`` signs its calls and is shown this once; a chat has none."""

    id: int
    secret: str


def add_endpoint(
    session: Session,
    wish: EndpointWish,
    *,
    subscriber_id: int,
    settings: Settings,
    now: datetime,
) -> AddedEndpoint:
    """Keep an address for a reader; nothing goes there before it has answered a test.

    Raises RejectedError, in words, for an address that we do not call, for one that the reader has
    already, so that a second call adds nothing, and for one too many.
    """
    kind, address = wish.kind, wish.address.strip()
    _check(kind, address, settings)
    reader = subscriber_locked(session, subscriber_id)
    if reader is None or reader.state is not SubscriberState.ACTIVE:
        raise RejectedError(Sayable("Only a reader who has confirmed can add this."))
    vault = EndpointVault(settings.secret)
    known = endpoints_of(session, subscriber_id)
    if address in {vault.address(one) for one in known}:
        raise RejectedError(Sayable("You have this address already."))
    if len(known) >= MOST_ENDPOINTS:
        raise RejectedError(
            Sayable("You have {number} already, and more we do not call.", number=MOST_ENDPOINTS)
        )
    secret = new_secret() if kind is EndpointKind.WEBHOOK else ""
    endpoint = Endpoint(
        subscriber_id=subscriber_id,
        kind=kind,
        label=" ".join(wish.label.split())[:LONGEST_LABEL],
        address=vault.seal(address),
        secret=vault.seal_secrets(Secrets(current=secret)) if secret else b"",
        created_at=now,
    )
    switch_off(endpoint, OffReason.UNTESTED, now=now)
    session.add(endpoint)
    commit(session, "endpoint.added")
    return AddedEndpoint(stored_id(endpoint.id), secret)


def _check(kind: EndpointKind, address: str, settings: Settings) -> None:
    rules = rules_of(settings)
    if kind is EndpointKind.CHAT:
        open_room(address, rules)
    else:
        read_target(address, rules)
