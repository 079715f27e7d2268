"""Mail a link that signs its reader in."""

from datetime import datetime, timedelta

from sqlmodel import Session

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import commit
from tidings.flows.mail_secret import mail_secret
from tidings.subscribers.addresses import AddressBook, normalise
from tidings.subscribers.models import Subscriber, SubscriberState, TokenPurpose
from tidings.subscribers.queries import add_subscriber, unanswered_tokens

DAY, MAILS_A_DAY = timedelta(days=1), 3
"""Links that nobody uses: an address is not to be bombed through our form."""


def request_sign_in(
    session: Session, *, address: str, settings: Settings, now: datetime
) -> list[int]:
    """Put the mail with the link into the outbox; return its delivery, or none.

    There is one for an active reader who has left fewer than three of the last day unanswered.
    In every other case the same rows are written and then taken back, so that neither the answer
    nor the time it takes tells whom we know. Calling twice mails two links; both work. Raises
    RejectedError, in words, for what is no address.
    """
    normal = normalise(address)
    book = AddressBook(settings.secret)
    stranger = Subscriber(address=book.seal(normal), address_hash=book.hash(normal), created_at=now)
    with session.begin_nested() as attempt:
        reader = add_subscriber(session, stranger)
        reader_id, is_due = stored_id(reader.id), _is_due(session, reader, now=now)
        made = [mail_secret(session, reader_id, TokenPurpose.SIGN_IN, settings=settings, now=now)]
        if not is_due:
            made = []
            attempt.rollback()
    commit(session, "sign_in.asked")
    return made


def _is_due(session: Session, reader: Subscriber, *, now: datetime) -> bool:
    unanswered = unanswered_tokens(
        session, stored_id(reader.id), purpose=TokenPurpose.SIGN_IN, since=now - DAY
    )
    return reader.state is SubscriberState.ACTIVE and len(unanswered) < MAILS_A_DAY
