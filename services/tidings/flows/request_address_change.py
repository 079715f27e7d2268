"""Ask a new address whether it is its reader's."""

from datetime import datetime, timedelta

from sqlmodel import Session

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import commit
from tidings.errors import RejectedError
from tidings.flows.mail_secret import mail_secret
from tidings.rendering.speech import Sayable
from tidings.subscribers.addresses import AddressBook, normalise
from tidings.subscribers.models import SubscriberState, TokenPurpose
from tidings.subscribers.queries import subscriber_at, subscriber_locked, unanswered_tokens

DAY, MAILS_A_DAY = timedelta(days=1), 3
"""Links that nobody uses: no address is to be bombed by a reader of ours."""


def request_address_change(
    session: Session, *, subscriber_id: int, address: str, settings: Settings, now: datetime
) -> list[int]:
    """Put a mail to the new address into the outbox; return its delivery, or none.

    Nothing changes before its link is used. An address that another active reader has gets no
    mail: the caller shows the same answer, and the rows are written and taken back, as in
    request_sign_in. Calling twice mails two links, of which one can be used. Raises RejectedError,
    in words, for what is no address, for one's own, and for a reader who is not active.
    """
    normal = normalise(address)
    book = AddressBook(settings.secret)
    reader = subscriber_locked(session, subscriber_id)
    if reader is None or reader.state is not SubscriberState.ACTIVE:
        raise RejectedError(Sayable("Only a reader who has confirmed can change the address."))
    if reader.address_hash == book.hash(normal):
        raise RejectedError(Sayable("We write to this address already."))
    with session.begin_nested() as attempt:
        other = subscriber_at(session, book.hash(normal))
        is_due = (other is None or other.state is not SubscriberState.ACTIVE) and _may_ask(
            session, stored_id(reader.id), now=now
        )
        made = [
            mail_secret(
                session,
                subscriber_id,
                TokenPurpose.CHANGE_ADDRESS,
                settings=settings,
                now=now,
                address=book.seal(normal),
            )
        ]
        if not is_due:
            made = []
            attempt.rollback()
    commit(session, "address.asked")
    return made


def _may_ask(session: Session, subscriber_id: int, *, now: datetime) -> bool:
    unanswered = unanswered_tokens(
        session, subscriber_id, purpose=TokenPurpose.CHANGE_ADDRESS, since=now - DAY
    )
    return len(unanswered) < MAILS_A_DAY
