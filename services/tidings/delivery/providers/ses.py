"""Amazon SES, which tells through SNS (pure)."""

from functools import partial

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from tidings.delivery.complaints import NO_COMPLAINTS
from tidings.delivery.feedback import Feedback, FeedbackKind
from tidings.delivery.providers.base import Call, Shape, Told, in_one_line, named, told
from tidings.delivery.providers.sns import CONFIRMATION, CertificateOf, confirm_url, read_sns
from tidings.delivery.refusals import NO_DETAIL, Refusal

STATUSES = {
    "NoEmail": "5.1.1",
    "Suppressed": "5.1.1",
    "OnAccountSuppressionList": "5.1.1",
    "MailboxFull": "4.2.2",
    "MessageTooLarge": "5.3.4",
    "ContentRejected": "5.6.0",
    "AttachmentRejected": "5.6.0",
}
"""What a bounce of each subtype says where the other side gave no status of its own."""

UNKNOWN_STATUS = {"Permanent": "5.0.0", "Transient": "4.0.0"}


class Part(Shape):
    """Base of what Amazon names in camel case."""

    model_config = ConfigDict(alias_generator=to_camel)


class Header(Part):
    """A header of our mail."""

    name: str = ""
    value: str = ""


class Mail(Part):
    """Our mail, as SES knows it."""

    source: str = ""
    headers: tuple[Header, ...] = ()

    def header(self, name: str) -> str:
        """Return a header as we wrote it; SES changes some on the way."""
        wanted = name.lower()
        return next((one.value for one in self.headers if one.name.lower() == wanted), "")


class Recipient(Part):
    """Whom it did not reach, or who complained."""

    email_address: str = ""
    status: str = ""
    diagnostic_code: str = ""


class Bounce(Part):
    """Why a mail came back."""

    bounce_type: str = ""
    bounce_sub_type: str = ""
    bounced_recipients: tuple[Recipient, ...] = ()


class Complaint(Part):
    """Who reported a mail as spam."""

    complaint_feedback_type: str | None = None
    complained_recipients: tuple[Recipient, ...] = ()


class Arrival(Part):
    """Whom a mail reached."""

    recipients: tuple[str, ...] = ()


class Reject(Part):
    """Why SES itself did not take a mail."""

    reason: str = ""


class Event(Part):
    """What SES says inside a message of SNS."""

    notification_type: str = ""
    event_type: str = ""
    mail: Mail = Mail()
    bounce: Bounce = Bounce()
    complaint: Complaint = Complaint()
    delivery: Arrival = Arrival()
    reject: Reject = Field(default=Reject())


def read_ses(call: Call, *, secret: bytes, topic: str, certificate_of: CertificateOf) -> Told:
    """Return what a call tells; raises as ``read_sns`` does."""
    fields = read_sns(call, topic=topic, certificate_of=certificate_of)
    if fields["Type"] == CONFIRMATION:
        return Told(others=1, confirm_url=confirm_url(fields))
    return told(_feedback(Event.model_validate_json(fields.get("Message", "")), secret))


def _feedback(event: Event, secret: bytes) -> list[Feedback | None]:
    mail = event.mail
    reference = mail.header("X-Tidings-Delivery")
    say = partial(
        Feedback,
        delivery_id=named(secret, reference=reference, return_path=mail.source),
        message_id=mail.header("Message-ID"),
    )
    match event.notification_type or event.event_type:
        case "Bounce":
            bounced = event.bounce.bounced_recipients
            return [_bounced(say, event.bounce, one) for one in bounced]
        case "Complaint":
            kind = event.complaint.complaint_feedback_type or "abuse"
            if kind in NO_COMPLAINTS:
                return [None]
            detail = f"{kind}, told by SES"
            who = event.complaint.complained_recipients
            return [
                say(FeedbackKind.COMPLAINED, address=one.email_address, detail=detail)
                for one in who
            ]
        case "Delivery":
            return [say(FeedbackKind.DELIVERED, address=one) for one in event.delivery.recipients]
        case "Reject":
            refusal = Refusal(in_one_line("5.6.0", event.reject.reason), "5.6.0")
            return [say(FeedbackKind.REJECTED, refusal=refusal, detail=refusal.detail)]
        case _:
            return [None]


def _bounced(say: "partial[Feedback]", bounce: Bounce, one: Recipient) -> Feedback:
    status = one.status
    if not status or status.endswith(NO_DETAIL):
        unknown = status or UNKNOWN_STATUS.get(bounce.bounce_type, "")
        status = STATUSES.get(bounce.bounce_sub_type, unknown)
    refusal = Refusal(in_one_line(status, one.diagnostic_code or bounce.bounce_sub_type), status)
    return say(
        FeedbackKind.BOUNCED, address=one.email_address, refusal=refusal, detail=refusal.detail
    )
