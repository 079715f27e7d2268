"""What links in mails carry: random tokens that work once, and signed ones that always do."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from hmac import new as hmac
from secrets import token_urlsafe
from struct import Struct

from tidings.errors import RejectedError
from tidings.rendering.speech import Sayable
from tidings.subscribers.sealing import Seal, derive_key

KEY_VERSION = 1
"""First byte of a signed token: names the key, so that a later one can stand beside it."""

MAC_BYTES = 16
MAIL_ID_DIGITS = 16
"""Hexadecimal digits at the start of a Message-ID (tidings.keys) that name a mail: 64 bits."""

_BODY = Struct(">BBQQ")  # key version, part, subscriber, id of the part
_ALL, _FOLLOW, _SAVED_SEARCH, _MAIL = range(4)


def new_token() -> tuple[str, str]:
    """Return a secret of 256 random bits for a link, and the hash that we keep of it."""
    secret = token_urlsafe(32)
    return secret, token_hash(secret)


def token_hash(secret: str) -> str:
    """Return what is kept of a secret: random bits need no slow hash."""
    return sha256(secret.encode()).hexdigest()


def form_token(key: bytes, session_secret: str) -> str:
    """Return what every form of a session carries, so that nobody else can send one in its name."""
    return hmac(derive_key(key, "form"), session_secret.encode(), sha256).hexdigest()


def seal_token(key: bytes, secret: str) -> str:
    """Seal a secret for ``delivery.secret``, where it waits for its mail to be rendered."""
    return Seal(key, purpose="mailed token").seal(secret).hex()


def open_token(key: bytes, sealed: str) -> str:
    """Return the secret in ``delivery.secret``; RejectedError when another key sealed it."""
    return Seal(key, purpose="mailed token").open(bytes.fromhex(sealed))


@dataclass(frozen=True)
class Scope:
    """What an unsubscribe link ends: one follow, one saved search, or else everything.

    ``mail_id`` says which mail the link stands in: the number that its Message-ID begins with.
    """

    subscriber_id: int
    follow_id: int | None = None
    saved_search_id: int | None = None
    mail_id: int | None = None

    def __post_init__(self) -> None:
        """Refuse a scope that names two things."""
        if sum(one is not None for one in (self.follow_id, self.saved_search_id, self.mail_id)) > 1:
            raise ValueError("a scope ends a follow or a saved search, not both")

    @property
    def is_all(self) -> bool:
        """Whether the link ends everything."""
        return self.follow_id is None and self.saved_search_id is None

    @property
    def message_id_start(self) -> str | None:
        """What the Message-ID of the link's mail begins with."""
        return None if self.mail_id is None else f"<{self.mail_id:0{MAIL_ID_DIGITS}x}"


def unsubscribe_token(secret: bytes, scope: Scope) -> str:
    """Return the token of a link that ends ``scope``: signed, kept nowhere, good for ever."""
    if scope.follow_id is not None:
        part, part_id = _FOLLOW, scope.follow_id
    elif scope.saved_search_id is not None:
        part, part_id = _SAVED_SEARCH, scope.saved_search_id
    elif scope.mail_id is not None:
        part, part_id = _MAIL, scope.mail_id
    else:
        part, part_id = _ALL, 0
    body = _BODY.pack(KEY_VERSION, part, scope.subscriber_id, part_id)
    return urlsafe_b64encode(body + _mac(secret, body)).rstrip(b"=").decode()


def read_unsubscribe_token(secret: bytes, token: str) -> Scope:
    """Return what the link ends; RejectedError, in words, for a link that we did not make."""
    unreadable = RejectedError(
        Sayable("This link is not complete. Please copy all of it from the mail.")
    )
    try:
        signed = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (Base64Error, ValueError) as error:
        raise unreadable from error
    body, mac = signed[: _BODY.size], signed[_BODY.size :]
    if not compare_digest(mac, _mac(secret, body)) or body[0] != KEY_VERSION:
        raise unreadable
    _, part, subscriber_id, part_id = _BODY.unpack(body)
    return Scope(
        subscriber_id,
        follow_id=part_id if part == _FOLLOW else None,
        saved_search_id=part_id if part == _SAVED_SEARCH else None,
        mail_id=part_id if part == _MAIL else None,
    )


def mail_token(secret: bytes, subscriber_id: int, message_id: str) -> str:
    """Return the token that all personal links of one mail carry: it ends what they name."""
    mail_id = int(message_id.lstrip("<")[:MAIL_ID_DIGITS], 16)
    return unsubscribe_token(secret, Scope(subscriber_id, mail_id=mail_id))


def _mac(secret: bytes, body: bytes) -> bytes:
    key = derive_key(secret, f"unsubscribe {KEY_VERSION}")
    return hmac(key, body, sha256).digest()[:MAC_BYTES]
