"""Take in one message that came to us: a bounce, a complaint, a farewell, or noise."""

from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlmodel import Session

from tidings.config import Settings
from tidings.delivery.feedback import Feedback
from tidings.delivery.intake import Farewell, Ignored, read_mail
from tidings.delivery.mailboxes.base import Fate
from tidings.delivery.quarantine import keep_unreadable
from tidings.errors import QuarantinedError, RejectedError
from tidings.flows.take_feedback import take_feedback
from tidings.flows.unsubscribe import Part, unsubscribe
from tidings.subscribers.models import EndedReason
from tidings.subscribers.tokens import read_unsubscribe_token

log = structlog.get_logger()


@dataclass(frozen=True)
class Taken:
    """What became of a message: what it is counted under, and a word for whoever brought it.

    ``goodbye`` is the delivery that answers a farewell, if one is due.
    """

    fate: Fate
    kind: str
    words: str = ""
    goodbye: int | None = None


def take_mail(session: Session, raw: bytes, *, settings: Settings, now: datetime) -> Taken:
    """Do what a message asks for; what cannot be read is kept for a human.

    Raises nothing for any message, whatever is in it, and logs no address. Safe to call twice, as
    what it calls is.
    """
    try:
        found = read_mail(raw, settings.secret, signed_only=bool(settings.bounce_domain))
        match found:
            case Ignored():
                taken = Taken(Fate.IGNORED, found.kind, found.why)
            case Farewell():
                taken = _farewell(session, found, settings=settings, now=now)
            case Feedback():
                taken = _feedback(session, found, settings=settings, now=now)
    except QuarantinedError as error:
        name = keep_unreadable(settings.unreadable_dir, raw)
        taken = Taken(Fate.UNREADABLE, "unreadable", f"{error}; kept as {name}")
    log.info("mail.taken", kind=taken.kind, reason=taken.words)
    return taken


def _feedback(session: Session, found: Feedback, *, settings: Settings, now: datetime) -> Taken:
    try:
        is_new = take_feedback(session, found, settings=settings, now=now)
    except RejectedError as error:
        return Taken(Fate.IGNORED, "unknown", str(error))
    kind, words = found.kind.value, found.detail
    return Taken(Fate.READ, kind if is_new else f"{kind}_again", words)


def _farewell(session: Session, found: Farewell, *, settings: Settings, now: datetime) -> Taken:
    """End what the mail's own one-click link ends: a study, a search or everything."""
    try:
        scope = read_unsubscribe_token(settings.secret, found.token)
    except RejectedError:
        return Taken(Fate.IGNORED, "forged", "it came to an unsubscribe address we never made")
    is_part = found.study is not None or found.search_id is not None
    goodbye = unsubscribe(
        session,
        scope,
        part=Part(found.study, found.search_id) if is_part else None,
        reason=EndedReason.UNSUBSCRIBED,
        settings=settings,
        now=now,
    )
    return Taken(Fate.READ, "farewell", goodbye=goodbye)
