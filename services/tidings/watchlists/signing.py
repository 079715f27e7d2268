"""Signatures of published lists: who published one, and that nobody altered it since (pure).

Ed25519 over the canonical JSON of all but the signature: names in order, no spaces, UTF-8. Nothing
in it is a fraction, so there is one way to write each value. The key comes from the installation's
secret; its public half is at ``/.well-known/tidings.json``.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tidings.errors import RejectedError
from tidings.rendering.speech import Sayable
from tidings.subscribers.sealing import derive_key

KEY_BYTES = 32


class Signer:
    """Signs as this installation."""

    def __init__(self, secret: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(derive_key(secret, "sign watchlists"))

    @property
    def public_key(self) -> str:
        """The public half, in base64."""
        return b64encode(self._key.public_key().public_bytes_raw()).decode()

    @property
    def key_id(self) -> str:
        """What the key is named by in what it signed."""
        return key_id(self.public_key)

    def signed(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """Return a document with its key's name and a signature."""
        whole = {**said, "key_id": self.key_id}
        signature = b64encode(self._key.sign(canonical(whole))).decode()
        return whole | {"signature": signature}


def key_id(public_key: str) -> str:
    """Return the name of a public key: the first digits of its hash."""
    return sha256(_key_bytes(public_key)).hexdigest()[:16]


def is_signed_by(document: Mapping[str, Any], public_key: str) -> bool:
    """Say whether a document is as the owner of this key signed it.

    Raises RejectedError, in words, for what is no key.
    """
    key = Ed25519PublicKey.from_public_bytes(_key_bytes(public_key))
    said = {name: value for name, value in document.items() if name != "signature"}
    try:
        signature = b64decode(str(document.get("signature", "")), validate=True)
        key.verify(signature, canonical(said))
    except (InvalidSignature, ValueError):
        return False
    return True


def canonical(document: Mapping[str, Any]) -> bytes:
    """Return the one way to write a document."""
    return orjson.dumps(dict(document), option=orjson.OPT_SORT_KEYS)


def _key_bytes(public_key: str) -> bytes:
    try:
        found = b64decode(public_key.strip(), validate=True)
    except ValueError as error:
        found, cause = b"", error
    else:
        cause = None
    if len(found) != KEY_BYTES:
        raise RejectedError(
            Sayable("This is no public key. One is at /.well-known/tidings.json of its site.")
        ) from cause
    return found
