"""Readers who sign in, sign out and move while the process may be killed."""

from collections.abc import Iterator
from contextlib import suppress

from sqlalchemy import Engine
from sqlmodel import Session, col, func, select
from tests.chaos.scene import Scene

from tidings.clock import machine_now
from tidings.db.session import open_session
from tidings.delivery.models import Delivery, DeliveryKind
from tidings.errors import RejectedError
from tidings.flows.change_address import change_address
from tidings.flows.enroll import enroll
from tidings.flows.request_address_change import request_address_change
from tidings.flows.request_sign_in import request_sign_in
from tidings.flows.sign_in import sign_in
from tidings.flows.sign_out import sign_out
from tidings.subscribers.addresses import AddressBook
from tidings.subscribers.models import Subscriber, Token, TokenPurpose
from tidings.subscribers.tokens import new_token, open_token, token_hash

OLD, NEW = "mover@clinic.org", "moved@clinic.org"
SESSION = "the secret of a session"


def ask_to_sign_in(scene: Scene, engine: Engine) -> None:
    """Have a link mailed."""
    _reader(scene, engine)
    with open_session(engine) as session:
        request_sign_in(session, address=OLD, settings=scene.settings, now=machine_now())


def ask_to_move(scene: Scene, engine: Engine) -> None:
    """Have the new address asked."""
    reader, settings = _reader(scene, engine), scene.settings
    with open_session(engine) as session:
        request_address_change(
            session, subscriber_id=reader, address=NEW, settings=settings, now=machine_now()
        )


def every_link_has_its_mail(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether each link is in a mail; asked again, there may be two."""
    links = session.exec(select(func.count()).select_from(Token)).one()
    mails = session.exec(select(func.count()).select_from(Delivery)).one()
    if links not in {1, 2} or mails != links:
        yield f"{links} links are in {mails} mails"


def press_to_sign_in(scene: Scene, engine: Engine) -> None:
    """Press the button of the mailed link."""
    with open_session(engine) as session, suppress(RejectedError):
        sign_in(session, _secret(scene, session, DeliveryKind.SIGN_IN), now=machine_now())


def has_one_session(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether the link opened one session, and is used."""
    yield from _live(session, 1, TokenPurpose.SESSION)
    yield from _live(session, 0, TokenPurpose.SIGN_IN)


def begin_a_session(scene: Scene, engine: Engine) -> None:
    """Sign in, with a secret that is known."""
    ask_to_sign_in(scene, engine)
    press_to_sign_in(scene, engine)
    with open_session(engine) as session:
        token = session.exec(select(Token).where(Token.purpose == TokenPurpose.SESSION)).one()
        token.token_hash = token_hash(SESSION)
        session.commit()


def leave(_scene: Scene, engine: Engine) -> None:
    """Sign out."""
    with open_session(engine) as session:
        sign_out(session, SESSION, now=machine_now())


def has_no_session(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether none is left."""
    yield from _live(session, 0, TokenPurpose.SESSION)


def press_to_move(scene: Scene, engine: Engine) -> None:
    """Press the button of the mail to the new address."""
    with open_session(engine) as session, suppress(RejectedError):
        secret = _secret(scene, session, DeliveryKind.CHANGE_ADDRESS)
        change_address(session, secret, settings=scene.settings, now=machine_now())


def has_moved_once(scene: Scene, session: Session) -> Iterator[str]:
    """Look whether the reader has the new address, and the old one was told once."""
    name = AddressBook(scene.settings.secret).hash(NEW)
    if (
        session.exec(select(Subscriber).where(Subscriber.address_hash == name)).one_or_none()
        is None
    ):
        yield "the reader has not moved"
    kind = DeliveryKind.ADDRESS_CHANGED
    told = session.exec(select(func.count()).where(col(Delivery.kind) == kind)).one()
    if told != 1:
        yield f"the old address is told {told} times"


def _live(session: Session, wanted: int, purpose: TokenPurpose) -> Iterator[str]:
    found = session.exec(
        select(func.count()).where(
            col(Token.purpose) == purpose,
            col(Token.used_at).is_(None),
            col(Token.expires_at) > machine_now(),
        )
    ).one()
    if found != wanted:
        yield f"{found} of {purpose} are good, not {wanted}"


def _secret(scene: Scene, session: Session, kind: DeliveryKind) -> str:
    sealed = session.exec(select(Delivery.secret).where(Delivery.kind == kind)).first()
    return open_token(scene.settings.secret, sealed) if sealed else new_token()[0]


def _reader(scene: Scene, engine: Engine) -> int:
    with open_session(engine) as session:
        return enroll(session, OLD, time_zone="UTC", settings=scene.settings, now=machine_now())
