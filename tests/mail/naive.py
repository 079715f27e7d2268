"""The same message as the standard library builds it: what ours is held to."""

from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from html import unescape

from tidings.rendering.message import Envelope, Origin, Rendered
from tidings.rendering.slots import SLOT


def naive_message(
    rendered: Rendered, envelope: Envelope, origin: Origin, token: str = ""
) -> EmailMessage:
    """Return what EmailMessage makes of the same mail, read back from its bytes."""
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = Address(origin.name, addr_spec=origin.address)
    message["To"] = Address(addr_spec=envelope.to)
    message["Subject"] = rendered.subject
    message["Date"] = format_datetime(envelope.date)
    message["Message-ID"] = envelope.message_id
    message.set_content(rendered.text.replace(SLOT, token))
    message.add_alternative(rendered.html.replace(SLOT, token), subtype="html")
    return parsed(message.as_bytes())


def parsed(data: bytes) -> EmailMessage:
    """Read a message as a mail program does."""
    return message_from_bytes(data, EmailMessage, policy=policy.default)


def parts_of(message: EmailMessage) -> dict[str, str]:
    """Return the contents of the parts by their type, in their order."""
    return {
        part.get_content_type(): str(part.get_content())
        for part in message.iter_parts()
        if isinstance(part, EmailMessage)
    }


def folded(content: str) -> str:
    """Return what a reader sees of HTML, or of text, with white space in a row as one blank."""
    return " ".join(unescape(content).split())
