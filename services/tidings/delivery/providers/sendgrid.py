"""SendGrid, which signs what it tells (pure)."""

from base64 import b64decode
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pydantic import Field, TypeAdapter

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
from tidings.delivery.refusals import Refusal, status_in
from tidings.errors import RejectedError

SIGNATURE = "x-twilio-email-event-webhook-signature"
TIMESTAMP = "x-twilio-email-event-webhook-timestamp"
LONGEST_TIMESTAMP = 11

DROPPED = {
    "bounced address": (FeedbackKind.BOUNCED, "5.1.1"),
    "invalid": (FeedbackKind.BOUNCED, "5.1.3"),
    "spam reporting address": (FeedbackKind.COMPLAINED, ""),
    "unsubscribed address": (FeedbackKind.UNSUBSCRIBED, ""),
    "spam content": (FeedbackKind.REJECTED, "5.6.0"),
}
"""Why SendGrid itself did not send a mail, in small letters."""


class Event(Shape):
    """One thing that happened; the names are SendGrid's."""

    event: str = ""
    email: str = ""
    type: str = ""
    status: str = ""
    reason: str = ""
    smtp_id: str = Field(default="", alias="smtp-id")


_EVENTS = TypeAdapter(list[Event])


def read_sendgrid(call: Call, *, public_key: str) -> Told:
    """Return what a call tells; UnprovenError unless it is signed, ValueError for another shape.

    Raises RejectedError when the key in the settings is none.
    """
    stamp = call.headers.get(TIMESTAMP, "")
    _check_signature(call, stamp, _key(public_key))
    if not stamp.isascii() or not stamp.isdecimal() or len(stamp) > LONGEST_TIMESTAMP:
        raise UnprovenError("it does not say when it was signed")
    check_age(datetime.fromtimestamp(int(stamp), UTC), call.at)
    return told([_feedback(event) for event in _EVENTS.validate_json(call.body)])


def _key(text: str) -> EllipticCurvePublicKey:
    try:
        key = load_der_public_key(b64decode(text, validate=True))
    except ValueError as error:
        raise RejectedError("TIDINGS_SENDGRID_HOOK_KEY is no public key") from error
    if not isinstance(key, EllipticCurvePublicKey):
        raise RejectedError("TIDINGS_SENDGRID_HOOK_KEY is not the key that SendGrid shows")
    return key


def _check_signature(call: Call, stamp: str, key: EllipticCurvePublicKey) -> None:
    try:
        signature = b64decode(call.headers.get(SIGNATURE, ""), validate=True)
        key.verify(signature, stamp.encode() + call.body, ECDSA(SHA256()))
    except (ValueError, InvalidSignature) as error:
        raise UnprovenError("its signature does not fit") from error


def _feedback(event: Event) -> Feedback | None:
    kind, status = _kind(event)
    if kind is None:
        return None
    words = in_one_line(event.reason or event.event)
    exact = event.status or status_in(words) or status
    refusal = Refusal(in_one_line("" if exact in words else exact, words), exact)
    has_refusal = kind in {FeedbackKind.BOUNCED, FeedbackKind.REJECTED}
    return Feedback(
        kind,
        message_id=event.smtp_id,
        address=event.email,
        refusal=refusal if has_refusal else None,
        detail=refusal.detail,
    )


def _kind(event: Event) -> tuple[FeedbackKind | None, str]:
    """Return what an event is, with the status that it has if it gives none itself."""
    match event.event:
        case "bounce":
            return FeedbackKind.BOUNCED, "4.0.0" if event.type == "blocked" else "5.0.0"
        case "dropped":
            return DROPPED.get(event.reason.lower(), (None, ""))
        case "delivered":
            return FeedbackKind.DELIVERED, ""
        case "deferred":
            return FeedbackKind.DEFERRED, ""
        case "spamreport":
            return FeedbackKind.COMPLAINED, ""
        case "unsubscribe" | "group_unsubscribe":
            return FeedbackKind.UNSUBSCRIBED, ""
        case _:
            return None, ""
