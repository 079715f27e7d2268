"""Proves that a call comes from Amazon SNS, and from our own topic (pure)."""

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable, Mapping
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_pem_x509_certificate
from pydantic import TypeAdapter

from tidings.delivery.providers.base import Call, UnprovenError, check_age

CertificateOf = Callable[[str], bytes]
"""Returns the certificate (PEM) at an address of Amazon's; it is asked for no other."""

NOTIFICATION, CONFIRMATION = "Notification", "SubscriptionConfirmation"
SIGNED = {
    NOTIFICATION: "Message MessageId Subject Timestamp TopicArn Type",
    CONFIRMATION: "Message MessageId SubscribeURL Timestamp Token TopicArn Type",
}
"""The fields that are signed of each type of message, in this order; what is absent is left out."""

_CERTIFICATE = re.compile(
    r"https://sns\.(?P<region>[a-z0-9-]{3,30})\.amazonaws\.com(\.cn)?"
    r"/SimpleNotificationService-[0-9a-zA-Z]{8,64}\.pem"
)
_CONFIRM = re.compile(r"https://sns\.[a-z0-9-]{3,30}\.amazonaws\.com(\.cn)?/\?[!-~]{1,2000}")
_FIELDS = TypeAdapter(dict[str, str | dict[str, object] | None])
_MOMENT = TypeAdapter(datetime)


def read_sns(call: Call, *, topic: str, certificate_of: CertificateOf) -> Mapping[str, str]:
    """Return the fields of a message that Amazon signed for our topic.

    Raises UnprovenError for any other, ValueError when it does not say when it was made.
    Signatures of the first version rest on SHA-1 and are refused: the topic's SignatureVersion has
    to be 2.
    """
    fields = _fields(call.body)
    if fields.get("TopicArn") != topic or fields.get("Type") not in SIGNED:
        raise UnprovenError("this is no message of the topic in TIDINGS_SES_TOPIC_ARN")
    place = _CERTIFICATE.fullmatch(fields.get("SigningCertURL", ""))
    if place is None or f":sns:{place['region']}:" not in topic:
        raise UnprovenError("its certificate does not come from Amazon")
    if fields.get("SignatureVersion") != "2":
        raise UnprovenError("set the SignatureVersion of the topic to 2")
    _check_signature(fields, _key(certificate_of(place.string), call.at))
    check_age(_MOMENT.validate_python(fields.get("Timestamp")), call.at)
    return fields


def confirm_url(fields: Mapping[str, str]) -> str:
    """Return where somebody agrees to a subscription; nothing if that is not at Amazon's."""
    url = fields.get("SubscribeURL", "")
    return url if _CONFIRM.fullmatch(url) else ""


def signed_text(fields: Mapping[str, str]) -> bytes:
    """Return what is signed of a message: names and values, each in a line of its own."""
    names = SIGNED[fields["Type"]].split()
    return "".join(f"{name}\n{fields[name]}\n" for name in names if name in fields).encode()


def _fields(body: bytes) -> dict[str, str]:
    try:
        found = _FIELDS.validate_json(body)
    except ValueError as error:
        raise UnprovenError("this is no message of SNS") from error
    return {name: value for name, value in found.items() if isinstance(value, str)}


def _key(pem: bytes, now: datetime) -> RSAPublicKey:
    try:
        certificate = load_pem_x509_certificate(pem)
    except ValueError as error:
        raise UnprovenError("its certificate cannot be read") from error
    key = certificate.public_key()
    is_valid = certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc
    if not isinstance(key, RSAPublicKey) or not is_valid:
        raise UnprovenError("its certificate is not valid now")
    return key


def _check_signature(fields: Mapping[str, str], key: RSAPublicKey) -> None:
    try:
        signature = b64decode(fields.get("Signature", ""), validate=True)
        key.verify(signature, signed_text(fields), PKCS1v15(), SHA256())
    except (Base64Error, InvalidSignature) as error:
        raise UnprovenError("its signature does not fit") from error
