"""Reads what mail servers send back when they could not deliver: RFC 3464 (pure)."""

from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from typing import Any, cast

from tidings.errors import QuarantinedError

FAILED = "failed"


@dataclass(frozen=True)
class Bounce:
    """A message of ours that did not arrive; ``is_hard`` when it never will."""

    message_id: str
    is_hard: bool
    detail: str


def read_bounce(raw: bytes) -> Bounce:
    """Return what a returned message says. Raises QuarantinedError for one that is no report.

    A failure with a status of class 5 is hard; a delay, or a failure that may pass, is soft.
    """
    message = message_from_bytes(raw, EmailMessage, policy=policy.default)
    parts = list(message.walk())
    recipient = next(
        (fields for part in parts for fields in _recipients(part) if "Action" in fields), None
    )
    if recipient is None:
        raise QuarantinedError("this is no report of a mail server: it names no recipient's fate")
    message_id = next((found for part in parts if (found := _returned_id(part))), "")
    if not message_id:
        raise QuarantinedError("this report does not say which message it is about")
    status = _word(recipient, "Status")
    words = " ".join(str(recipient.get("Diagnostic-Code", "")).split())
    failed = _word(recipient, "Action").lower() == FAILED
    return Bounce(message_id, failed and status.startswith("5"), f"{status} {words}".strip())


def _recipients(part: Message) -> list[Message]:
    """Return the fields of each recipient in a delivery status."""
    if part.get_content_type() != "message/delivery-status":
        return []
    blocks = cast("list[Message]", part.get_payload())  # the fields of each, read as a message
    return blocks if part.is_multipart() else []


def _returned_id(part: Message) -> str:
    """Return the Message-ID of the message that came back, whole or as its headers."""
    kind = part.get_content_type()
    payload: Any = part.get_payload()
    if kind == "message/rfc822":
        return _word(payload[0], "Message-ID")
    if kind == "text/rfc822-headers":
        text = part.get_payload(decode=True)
        returned = message_from_bytes(text) if isinstance(text, bytes) else Message()
        return _word(returned, "Message-ID")
    return ""


def _word(fields: Message, name: str) -> str:
    return next(iter(str(fields.get(name, "")).split()), "")
