"""A letter and its templates to a finished message."""

from dataclasses import dataclass
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime
from typing import Any

from jinja2 import Environment

from tidings.clock import machine_now
from tidings.config import Settings


class _WholeHeader(UnstructuredHeader, BaseHeader):
    """A header that stays in one line.

    The standard library folds a long word without spaces by encoding it, and no mail program looks
    for a link inside encoded words.
    """

    def fold(self, *, policy: "Policy[Any]") -> str:
        """Return the header as it goes over the wire."""
        return f"{self.name}: {self}{policy.linesep}"


def _headers() -> HeaderRegistry:
    registry = HeaderRegistry()
    for name in ("list-unsubscribe", "in-reply-to", "references"):
        registry.map_to_type(name, _WholeHeader)
    return registry


POLICY = SMTP.clone(header_factory=_headers())


@dataclass(frozen=True)
class Rendered:
    """The three parts of a mail as a reader sees them."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Envelope:
    """Everything about a message but what it says.

    ``thread`` names the study that an alert is about, so that mail programs put its alerts
    together; ``unsubscribe_url`` takes the one-click POST of RFC 8058.
    """

    to: str
    message_id: str
    kind: str
    unsubscribe_url: str = ""
    thread: str = ""


def render(environment: Environment, name: str, letter: object) -> Rendered:
    """Return the parts of the mail ``name`` (a folder of templates/mail) for this letter."""
    subject = environment.get_template(f"mail/{name}/subject.txt").render(letter=letter)
    text = environment.get_template(f"mail/{name}/body.txt").render(letter=letter)
    html = environment.get_template(f"mail/{name}/body.html").render(letter=letter)
    return Rendered(" ".join(subject.split()), _without_gaps(text), html)


def build(rendered: Rendered, envelope: Envelope, settings: Settings) -> bytes:
    """Return the message as it goes over the wire: text first, then HTML.

    Values for headers come from us or are checked addresses; the standard library refuses any
    line break in them.
    """
    message = EmailMessage(policy=POLICY)
    domain = settings.mail_domain
    message["From"] = Address(settings.mail_name, addr_spec=settings.mail_from)
    message["To"] = Address(addr_spec=envelope.to)
    message["Subject"] = rendered.subject
    message["Date"] = format_datetime(machine_now())
    message["Message-ID"] = envelope.message_id
    message["List-Id"] = f"Tidings {envelope.kind} <{envelope.kind}.{domain}>"
    message["Feedback-ID"] = f"{envelope.kind}:tidings:{domain}"
    message["Auto-Submitted"] = "auto-generated"
    message["Precedence"] = "bulk"
    message["X-Auto-Response-Suppress"] = "All"
    if envelope.unsubscribe_url:
        message["List-Unsubscribe"] = f"<{envelope.unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if envelope.thread:
        message["In-Reply-To"] = f"<{envelope.thread}@{domain}>"
        message["References"] = f"<{envelope.thread}@{domain}>"
    message.set_content(rendered.text, subtype="plain", charset="utf-8", cte="quoted-printable")
    message.add_alternative(rendered.html, subtype="html", charset="utf-8", cte="quoted-printable")
    return message.as_bytes()


def _without_gaps(text: str) -> str:
    lines = [line.rstrip() for line in text.splitlines()]
    kept = [line for place, line in enumerate(lines) if line or (place and lines[place - 1])]
    return "\n".join(kept).strip() + "\n"
