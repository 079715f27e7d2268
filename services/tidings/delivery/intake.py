"""Tells what a message that came to us is (pure)."""

from dataclasses import dataclass
from email.errors import MessageError
from urllib.parse import quote

from tidings.delivery import verp
from tidings.delivery.autoreplies import why_automatic
from tidings.delivery.bounces import read_bounce
from tidings.delivery.complaints import read_complaint
from tidings.delivery.feedback import Feedback
from tidings.delivery.returned import Returned, open_returned
from tidings.errors import QuarantinedError

UNSUBSCRIBE = "unsubscribe+"
"""What the address in List-Unsubscribe begins with; the reader's token follows."""

LONGEST_ID = 9
"""Digits that an id column of PostgreSQL holds for sure."""


def unsubscribe_address(token: str, domain: str, list_name: str) -> str:
    """Return the address, with a subject, to write to in order to end a list of a reader."""
    return f"{UNSUBSCRIBE}{token}@{domain}?subject={quote(list_name or 'unsubscribe')}"


@dataclass(frozen=True)
class Farewell:
    """A mail program, or a reader, wrote to the unsubscribe address of a mail of ours.

    Of a list that a ``study`` or a search names only that is to end, else everything.
    """

    token: str
    study: str | None = None
    search_id: int | None = None


@dataclass(frozen=True)
class Ignored:
    """Nothing for us: ``kind`` is what it is counted under, ``why`` says more."""

    kind: str
    why: str


Incoming = Feedback | Farewell | Ignored


def read_mail(raw: bytes, secret: bytes, *, signed_only: bool) -> Incoming:
    """Return what a message is; QuarantinedError for what a human has to look at.

    With ``signed_only`` a report counts only if a reference that we signed says which mail it is
    about. Without, its Message-ID is enough: return paths are not in use then.
    """
    try:
        return _read(open_returned(raw), secret, signed_only=signed_only)
    except (MessageError, ValueError, LookupError, TypeError, RecursionError) as error:
        # The standard library was not written for mail that means harm: it raises all of these.
        raise QuarantinedError(f"it cannot be read: {type(error).__name__}") from error


def _read(mail: Returned, secret: bytes, *, signed_only: bool) -> Incoming:
    report = read_complaint(mail, secret) or read_bounce(mail, secret)
    if report is not None:
        return _checked(report, mail, signed_only=signed_only)
    for address in mail.recipients:
        local = address.rpartition("@")[0]
        if local.lower().startswith(UNSUBSCRIBE):
            return _farewell(local[len(UNSUBSCRIBE) :], mail.word("Subject"))
    if why := why_automatic(mail):
        return Ignored("automatic", why)
    raise QuarantinedError("it is neither a report of a mail server nor an automatic answer")


def _farewell(token: str, subject: str) -> Farewell:
    """Read what is to end: the subject is our own, unless a mail program made another of it."""
    kind, _, name = subject.partition("-")
    if kind == "study" and name:
        return Farewell(token, study=name.upper())
    if kind == "search" and name.isascii() and name.isdecimal() and len(name) <= LONGEST_ID:
        return Farewell(token, search_id=int(name))
    return Farewell(token)


def _checked(report: Feedback, mail: Returned, *, signed_only: bool) -> Incoming:
    if report.delivery_id is not None:
        return report
    if any(verp.is_return_path(address) for address in mail.recipients):
        return Ignored("forged", "it came to a return path that we never made")
    if signed_only:
        return Ignored("unsigned", "nothing in it that we signed says which mail it is about")
    if not report.message_id:
        raise QuarantinedError("this report does not say which message it is about")
    return report
