"""Calls as mail providers make them, written after the field names in their documentation."""

from base64 import b64encode
from datetime import datetime, timedelta
from typing import Any

import orjson
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tidings.delivery.providers.base import Call
from tidings.delivery.providers.sns import signed_text

PASSWORD = "a password of tests"
SNS_TOPIC = "arn:aws:sns:us-east-1:123456789012:tidings"
CERTIFICATE_URL = (
    "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem"
)
READER = "reader@clinic.example"


class Account:
    """Keys of providers for tests; ``pem`` is what SNS signs with, ``public_key`` SendGrid's."""

    def __init__(self, now: datetime) -> None:
        self._rsa = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._ec = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sns.amazonaws.com")])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self._rsa.public_key())
            .serial_number(1)
            .not_valid_before(now - timedelta(days=7))
            .not_valid_after(now + timedelta(days=7))
            .sign(self._rsa, SHA256())
        )
        self.pem = certificate.public_bytes(Encoding.PEM)
        self.public_key = b64encode(
            self._ec.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        ).decode()

    def sns(self, event: Any, *, at: datetime, **changes: str) -> bytes:
        """Return a message of SNS around an event of SES; ``changes`` are made before signing.

        But for the signature itself, of course.
        """
        fields = {
            "Type": "Notification",
            "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
            "TopicArn": SNS_TOPIC,
            "Message": (event if isinstance(event, bytes) else orjson.dumps(event)).decode(),
            "Timestamp": at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "SignatureVersion": "2",
            "SigningCertURL": CERTIFICATE_URL,
        } | changes
        if fields["Type"] in {"Notification", "SubscriptionConfirmation"}:
            signature = self._rsa.sign(signed_text(fields), padding.PKCS1v15(), SHA256())
            fields.setdefault("Signature", b64encode(signature).decode())
        return orjson.dumps(fields)

    def sendgrid(self, events: Any, *, at: datetime) -> Call:
        """Return a signed batch of events of SendGrid."""
        body = events if isinstance(events, bytes) else orjson.dumps(events)
        stamp = str(int(at.timestamp()))
        signature = self._ec.sign(stamp.encode() + body, ec.ECDSA(SHA256()))
        headers = {
            "x-twilio-email-event-webhook-signature": b64encode(signature).decode(),
            "x-twilio-email-event-webhook-timestamp": stamp,
        }
        return Call(body, headers, at)


def postmark_call(record: Any, *, at: datetime) -> Call:
    """Return a call of Postmark."""
    body = record if isinstance(record, bytes) else orjson.dumps(record)
    given = b64encode(f"postmark:{PASSWORD}".encode()).decode()
    return Call(body, {"authorization": f"Basic {given}"}, at)


def ses_bounce(
    *,
    kind: str = "Permanent",
    subtype: str = "General",
    status: str = "5.1.1",
    source: str = "news@tidings.example",
    headers: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    """Return a bounce as SES tells it."""
    recipient = {"emailAddress": READER, "action": "failed"}
    recipient |= {"status": status} if status else {}
    return {
        "notificationType": "Bounce",
        "bounce": {
            "bounceType": kind,
            "bounceSubType": subtype,
            "bouncedRecipients": [recipient],
            "timestamp": "2026-11-25T09:59:38.237Z",
        },
        "mail": {"source": source, "messageId": "0000", "headers": headers or []},
    }
