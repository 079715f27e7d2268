"""Postmark, which proves itself by a password in the address that it calls (pure)."""

from base64 import b64decode
from datetime import datetime
from hmac import compare_digest

from pydantic import ConfigDict
from pydantic.alias_generators import to_pascal

from tidings.delivery.feedback import Feedback, FeedbackKind
from tidings.delivery.providers.base import (
    Call,
    Shape,
    Told,
    UnprovenError,
    check_age,
    in_one_line,
    told,
)
from tidings.delivery.refusals import NO_DETAIL, Refusal, status_in

STATUSES = {
    "HardBounce": "5.1.1",
    "BadEmailAddress": "5.1.3",
    "Blocked": "5.7.1",
    "DMARCPolicy": "5.7.26",
    "SpamNotification": "5.6.0",
    "VirusNotification": "5.6.0",
    "SoftBounce": "4.2.2",
    "Transient": "4.0.0",
    "DnsError": "4.4.3",
    "Undeliverable": "5.0.0",
    "SMTPApiError": "5.0.0",
}
"""What a bounce of each type says where the other side gave no exact status; others are none."""

CHANGES = {
    "HardBounce": FeedbackKind.BOUNCED,
    "SpamComplaint": FeedbackKind.COMPLAINED,
    "ManualSuppression": FeedbackKind.UNSUBSCRIBED,
}
"""Why Postmark itself writes to an address no more."""


class Record(Shape):
    """One thing that happened; the names are Postmark's."""

    model_config = ConfigDict(alias_generator=to_pascal)

    record_type: str = ""
    type: str = ""
    email: str = ""
    recipient: str = ""
    details: str | None = None
    description: str | None = None
    bounced_at: datetime | None = None
    delivered_at: datetime | None = None
    changed_at: datetime | None = None
    suppress_sending: bool = False
    suppression_reason: str | None = None


def read_postmark(call: Call, *, password: str) -> Told:
    """Return what a call tells; UnprovenError without the password, ValueError for another shape.

    Postmark gives our mails names of its own, so a mail is known by the address it went to.
    """
    if not compare_digest(_given(call).encode(), password.encode()):
        raise UnprovenError("the password in the address is wrong")
    record = Record.model_validate_json(call.body)
    said_at = record.bounced_at or record.delivered_at or record.changed_at
    if said_at is not None:
        check_age(said_at, call.at)
    return told([_feedback(record)])


def _given(call: Call) -> str:
    """Return the password that came with the call (HTTP Basic)."""
    kind, _, sealed = call.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return ""
    try:
        return b64decode(sealed, validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


def _feedback(record: Record) -> Feedback | None:
    address = record.email or record.recipient
    match record.record_type:
        case "Bounce" if record.type in STATUSES:
            refusal = _refusal(record)
            return Feedback(
                FeedbackKind.BOUNCED, address=address, refusal=refusal, detail=refusal.detail
            )
        case "SpamComplaint":
            return Feedback(
                FeedbackKind.COMPLAINED, address=address, detail="abuse, told by Postmark"
            )
        case "Delivery":
            return Feedback(FeedbackKind.DELIVERED, address=address)
        case "SubscriptionChange" if record.suppress_sending:
            kind = CHANGES.get(record.suppression_reason or "")
            detail = "Postmark writes to the address no more"
            refusal = Refusal(f"5.1.1 {detail}", "5.1.1")
            return Feedback(kind, address=address, refusal=refusal, detail=detail) if kind else None
        case _:
            return None


def _refusal(record: Record) -> Refusal:
    words = record.details or record.description or record.type
    exact = status_in(words)
    status = STATUSES[record.type] if not exact or exact.endswith(NO_DETAIL) else exact
    return Refusal(in_one_line(words if exact == status else f"{status} {words}"), status)
