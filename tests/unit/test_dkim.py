"""Signatures, verified by dkimpy against the keys that we would publish."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st

from tidings.config import Settings
from tidings.delivery.dkim import Key, Signer, canonical_body, make_signer
from tidings.errors import RejectedError
from tidings.rendering.message import Envelope, Message, Origin, Rendered, build, encode

RSA = Key("tidings", rsa.generate_private_key(65537, 2048))
NEXT = Key("tidings2", rsa.generate_private_key(65537, 2048))
EDWARDS = Key("tidings2", ed25519.Ed25519PrivateKey.generate())
DOMAIN = "tidings.example"
AT = 1_790_000_000
RENDERED = Rendered("1 change: Größe", "Text ▼\n\n  indented\n.dot\n", "<p>▼ é</p>\n" * 200)
ENVELOPE = Envelope(
    to="r@clinic.org",
    message_id="<0123456789abcdef@tidings.example>",
    kind="digest",
    date=datetime(2026, 3, 30, 12, 0, tzinfo=UTC),
    list_name="digest-weekly",
    unsubscribe_url="https://tidings.example/unsubscribe/" + "t" * 120,
)


def signed(*keys: Key, rendered: Rendered = RENDERED) -> Message:
    origin = Origin("Größe & Co", f"news@{DOMAIN}", f"eva@{DOMAIN}")
    return Signer(DOMAIN, keys).sign(build(encode(rendered), ENVELOPE, origin), at=AT)


def holds(data: bytes, *keys: Key, place: int = 0) -> bool:
    """Say whether dkimpy finds the signature at ``place`` good."""
    records = {f"{key.selector}._domainkey.{DOMAIN}.".encode(): key.record for key in keys}

    def dns(name: bytes, **_timeout: int) -> bytes:
        return records[name].encode()

    verifier: Any = dkim.DKIM(data)
    try:
        return verifier.verify(place, dnsfunc=dns)
    except dkim.ValidationError:
        return False


@pytest.mark.parametrize("keys", [(RSA,), (EDWARDS,), (RSA, EDWARDS), (RSA, NEXT)])
def test_every_signature_of_a_message_holds(keys: tuple[Key, ...]) -> None:
    data = bytes(signed(*keys))
    assert data.count(b"DKIM-Signature:") == len(keys)
    assert max(map(len, data.split(b"\r\n"))) <= 998
    assert [holds(data, *keys, place=place) for place in range(len(keys))] == [True] * len(keys)


@given(st.text(max_size=300), st.text(max_size=300))
def test_it_holds_whatever_the_mail_says(text: str, html: str) -> None:
    data = signed(RSA, rendered=Rendered("x", text, html))
    assert holds(bytes(data), RSA)
    assert canonical_body(data.body) is data.body or data.body.endswith(b"\r\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"indented", b"Indented"),
        (b"<p>", b"<q>"),
        (b"r@clinic.org", b"s@clinic.org"),
        (b"/unsubscribe/t", b"/unsubscribe/u"),
        (b"List-Unsubscribe=One-Click", b"List-Unsubscribe=Two-Click"),
        (b"<digest-weekly.", b"<digest-daily."),
        (b"Date: Mon", b"Date: Tue"),
        (b"MIME-Version: 1.0", b"MIME-Version: 1.1"),
        (b"0123456789abcdef@", b"1123456789abcdef@"),
    ],
)
def test_a_changed_byte_in_body_or_header_breaks_it(before: bytes, after: bytes) -> None:
    data = bytes(signed(RSA))
    assert data.count(before)
    assert not holds(data.replace(before, after, 1), RSA)


@pytest.mark.parametrize("name", [b"From", b"To", b"Subject", b"Date", b"Reply-To"])
@pytest.mark.parametrize("at_the_top", [True, False])
def test_a_header_added_to_those_that_matter_breaks_it(name: bytes, at_the_top: bool) -> None:  # noqa: FBT001 - a parameter
    message = signed(RSA)
    added = name + b": Eve <eve@evil.example>\r\n"
    head = added + message.head if at_the_top else message.head + added
    assert not holds(bytes(replace(message, head=head)), RSA)


def test_what_relays_do_to_white_space_leaves_it_whole() -> None:
    message = signed(RSA)
    head = message.head.replace(b"Precedence: bulk", b"Precedence:  bulk ")
    body = message.body.replace(b"<p>", b"<p>", 1) + b"\r\n\r\n"
    assert holds(bytes(Message(head, body.replace(b"\r\n<p>", b" \r\n<p>", 3))), RSA)


@pytest.mark.parametrize(
    ("body", "canonical"),
    [
        (b"", b""),
        (b"\r\n\r\n", b""),
        (b"a", b"a\r\n"),
        (b"a \t b\t\r\n \r\n", b"a b\r\n"),
        (b"a  b\r\n\r\nc \r\n", b"a b\r\n\r\nc\r\n"),
    ],
)
def test_a_body_is_hashed_in_its_relaxed_form(body: bytes, canonical: bytes) -> None:
    assert canonical_body(body) == canonical


def test_without_a_key_a_message_stays_as_it_is(settings: Settings) -> None:
    message = build(encode(RENDERED), ENVELOPE, Origin("Tidings", f"news@{DOMAIN}"))
    assert make_signer(settings).sign(message, at=AT) is message


def test_the_settings_name_the_keys(settings: Settings, tmp_path: Path) -> None:
    paths = [tmp_path / "first.pem", tmp_path / "second.pem"]
    for path, key in zip(paths, (RSA, EDWARDS), strict=True):
        path.write_bytes(pem(key.private))
    named = settings.model_copy(
        update={"dkim_key_file": paths[0], "dkim_second_key_file": paths[1]}
    )
    signer = make_signer(named)
    assert signer.domain == DOMAIN
    assert [(key.selector, key.algorithm) for key in signer.keys] == [
        ("tidings", "rsa-sha256"),
        ("tidings2", "ed25519-sha256"),
    ]
    assert [key.record for key in signer.keys] == [RSA.record, EDWARDS.record]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "cannot read the DKIM key"),
        (b"no key", "no private key"),
        ("short", "under 2048 bits"),
        ("curve", "neither RSA nor Ed25519"),
    ],
)
def test_a_key_that_cannot_be_used_is_refused_in_words(
    content: bytes | str | None, reason: str, settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "key.pem"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content == "short":
        path.write_bytes(pem(rsa.generate_private_key(65537, 1024)))  # noqa: S505 - it is refused
    elif content == "curve":
        path.write_bytes(pem(ec.generate_private_key(ec.SECP256R1())))
    with pytest.raises(RejectedError, match=reason):
        make_signer(settings.model_copy(update={"dkim_key_file": path}))


def pem(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
