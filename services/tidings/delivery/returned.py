"""What mail that comes to us has in it, read by the standard library (pure).

Everything here is from outside: whatever it holds, reading it returns text and raises nothing but
QuarantinedError.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from email.utils import getaddresses
from functools import cached_property
from typing import Any, cast

from tidings.delivery import verp
from tidings.errors import QuarantinedError

MOST_PARTS = 200
"""A report has three parts; what has more than so many is no report, and is not walked through."""

REFERENCE = "X-Tidings-Delivery"
ORIGINALS = frozenset(
    {"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"}
)
RECIPIENTS = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To")
"""Where mail servers write the address that a message came to, the surest first."""


@dataclass(frozen=True)
class Returned:
    """A message that came to us."""

    message: Message

    @cached_property
    def recipients(self) -> tuple[str, ...]:
        """The addresses that it came to, as far as it says."""
        values = [text(one) for name in RECIPIENTS for one in self.message.get_all(name, [])]
        return tuple(address for _, address in getaddresses(values) if address)

    @cached_property
    def parts(self) -> tuple[Message, ...]:
        """Every part of it, itself first; QuarantinedError when there are absurdly many."""
        found: list[Message] = []
        for part in self.message.walk():
            found.append(part)
            if len(found) > MOST_PARTS:
                raise QuarantinedError("it has more parts than any report")
        return tuple(found)

    @cached_property
    def originals(self) -> tuple[Message, ...]:
        """The messages that it brings back, whole or as their headers."""
        return tuple(original for part in self.parts for original in _original(part))

    def fields(self, content_type: str) -> Iterator[Message]:
        """Return the blocks of fields in parts of this type, as machines write them."""
        for part in self.parts:
            if part.get_content_type() == content_type:
                yield from _inner(part) or [message_from_bytes(_decoded(part), policy=compat32)]

    def word(self, name: str) -> str:
        """Return a header of it in small letters."""
        return text(self.message.get(name, "")).strip().lower()

    def delivery_id(self, secret: bytes, *extra: str) -> int | None:
        """Return the delivery that it is about, if a reference that we signed says so.

        Looked for in the addresses that it came to, in ``extra`` ones, and in what it brings back.
        """
        for address in (*self.recipients, *extra):
            if (found := verp.read_return_path(secret, address)) is not None:
                return found
        for original in self.originals:
            returned_to = verp.read_return_path(secret, text(original.get("Return-Path", "")))
            named = verp.read_reference(secret, text(original.get(REFERENCE, "")))
            if (found := named if returned_to is None else returned_to) is not None:
                return found
        return None

    @property
    def message_id(self) -> str:
        """The Message-ID of what it brings back; nothing if it brings back none."""
        ids = (word(original, "Message-ID") for original in self.originals)
        return next((one for one in ids if one), "")


def open_returned(raw: bytes) -> Returned:
    """Read a message; raises QuarantinedError for what cannot even be taken apart."""
    try:
        return Returned(message_from_bytes(raw, policy=compat32))
    except (ValueError, LookupError, RecursionError) as error:
        raise QuarantinedError(f"it cannot be taken apart: {error}") from error


def text(value: object) -> str:
    """Return the value of a header as text in one line, whatever is in it."""
    return " ".join(str(value).replace("\x00", "").encode("utf-8", "replace").decode().split())


def word(fields: Message, name: str) -> str:
    """Return the first word of a field; nothing when it is not there."""
    return next(iter(text(fields.get(name, "")).split()), "")


def readable(part: Message) -> str:
    """Return the text of a part, as far as it can be read."""
    return _decoded(part).decode("utf-8", "replace")


def _original(part: Message) -> list[Message]:
    if part.get_content_type() not in ORIGINALS:
        return []
    return _inner(part) or [message_from_bytes(_decoded(part), policy=compat32)]


def _inner(part: Message) -> list[Message]:
    """Return the messages that the standard library found inside a part of type message/*."""
    payload = cast("Any", part.get_payload())
    return [one for one in payload if isinstance(one, Message)] if part.is_multipart() else []


def _decoded(part: Message) -> bytes:
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError):
        return b""
    return payload if isinstance(payload, bytes) else b""
