"""Texts that are unreadable at rest: addresses, and tokens that wait for their mail."""

from secrets import token_bytes

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tidings.errors import RejectedError

FORMAT = b"\x01"
"""First byte of everything sealed; a later cipher or key gets the next number."""

NONCE_BYTES = 12


def derive_key(secret: bytes, purpose: str) -> bytes:
    """Return the key for one purpose; keys of two purposes say nothing about each other."""
    info = f"tidings {purpose}".encode()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret)


class Seal:
    """Seals and opens texts for one purpose (AES-256-GCM); what it sealed, only it opens."""

    def __init__(self, secret: bytes, *, purpose: str) -> None:
        self._purpose = purpose.encode()
        self._cipher = AESGCM(derive_key(secret, f"seal {purpose}"))

    def seal(self, text: str) -> bytes:
        """Return ``text`` sealed; the same text looks different every time."""
        nonce = token_bytes(NONCE_BYTES)
        return FORMAT + nonce + self._cipher.encrypt(nonce, text.encode(), self._purpose)

    def open(self, sealed: bytes) -> str:
        """Return the text; RejectedError when it was sealed with another secret or altered."""
        nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            if sealed[:1] != FORMAT or not body:
                raise InvalidTag  # noqa: TRY301 - cut short is told like altered
            return self._cipher.decrypt(nonce, body, self._purpose).decode()
        except InvalidTag as error:
            raise RejectedError(
                "a sealed text cannot be opened: it was sealed with another TIDINGS_SECRET_KEY"
            ) from error
