"""The address that a mail comes back to tells which mail it was, and that we sent it (pure).

Whoever could make such an address could have anybody's mail stopped by a bounce of their own
writing, so the name of the delivery in it is signed (VERP with an HMAC).
"""

from base64 import b32encode
from functools import lru_cache
from hashlib import sha256
from hmac import compare_digest
from hmac import new as hmac

from tidings.subscribers.sealing import derive_key

PREFIX = "b+"
MAC_BYTES = 10
"""80 bits, 16 letters: nobody can try so many mails."""

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
LONGEST_NUMBER = 13
"""Digits of the largest id that a database keeps, in base 36."""


def reference(secret: bytes, delivery_id: int) -> str:
    """Return the signed name of a delivery: small letters, digits and a dot, at most 30.

    It stands in the return path and in ``X-Tidings-Delivery``; servers may change its case.
    """
    return f"{_base36(delivery_id)}.{_mac(secret, delivery_id)}"


def read_reference(secret: bytes, text: str) -> int | None:
    """Return the delivery that ``text`` names; None when we did not sign it."""
    number, _, mac = text.strip().lower().partition(".")
    if not 0 < len(number) <= LONGEST_NUMBER or not set(number) <= set(DIGITS):
        return None
    delivery_id = int(number, 36)
    genuine = compare_digest(mac.encode(), _mac(secret, delivery_id).encode())
    return delivery_id if genuine and number == _base36(delivery_id) else None


def return_path(secret: bytes, delivery_id: int, domain: str) -> str:
    """Return the envelope sender of a delivery; its local part has at most 32 characters."""
    return f"{PREFIX}{reference(secret, delivery_id)}@{domain}"


def read_return_path(secret: bytes, address: str) -> int | None:
    """Return the delivery that a return path names; None when we did not make it."""
    local = address.strip().strip("<>").rpartition("@")[0].lower()
    return read_reference(secret, local.removeprefix(PREFIX)) if is_return_path(address) else None


def is_return_path(address: str) -> bool:
    """Say whether an address claims to be a return path of ours."""
    return address.strip().strip("<>").lower().startswith(PREFIX)


def _base36(number: int) -> str:
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = DIGITS[digit] + digits
        if not number:
            return digits


def _mac(secret: bytes, delivery_id: int) -> str:
    mac = hmac(_key(secret), str(delivery_id).encode(), sha256).digest()[:MAC_BYTES]
    return b32encode(mac).decode().lower()


@lru_cache(maxsize=4)
def _key(secret: bytes) -> bytes:
    return derive_key(secret, "return path")
