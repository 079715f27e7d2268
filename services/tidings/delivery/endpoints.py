"""Where a reader wants notices to go besides mail: how it is kept, and when it is switched off."""

from base64 import b64encode
from datetime import datetime, timedelta
from enum import StrEnum
from secrets import token_bytes
from urllib.parse import urlsplit

from pydantic import BaseModel

from tidings.delivery.models import Endpoint
from tidings.rendering.speech import Sayable
from tidings.subscribers.sealing import Seal

MOST_ENDPOINTS = 10
"""Of one reader."""

LONGEST_LABEL = 60
OLD_SECRET_SIGNS = timedelta(hours=24)
"""How long the secret before the last change signs too."""

MOST_FAILURES = 50
LONGEST_FAILING = timedelta(days=5)
"""Failures in a row, and the time without a success, after which an endpoint is switched off."""


class OffReason(StrEnum):
    """Why nothing goes to an endpoint."""

    UNTESTED = "untested"
    GONE = "gone"
    FAILING = "failing"


OFF_WORDS = {
    OffReason.UNTESTED: Sayable("It has not answered a test yet."),
    OffReason.GONE: Sayable("It answered that it is gone for good (410)."),
    OffReason.FAILING: Sayable("It has not taken a message for a long time."),
}


class Secrets(BaseModel, frozen=True):
    """What signs the calls to a webhook: a secret, and for a while the one before it."""

    current: str
    previous: str = ""
    previous_until: datetime | None = None

    def changed(self, *, now: datetime) -> "Secrets":
        """Return these with a new secret, beside which the old one still signs."""
        return Secrets(
            current=new_secret(), previous=self.current, previous_until=now + OLD_SECRET_SIGNS
        )

    def signing(self, *, now: datetime) -> tuple[str, ...]:
        """Return the secrets that sign at that moment, the newest first."""
        is_old_good = self.previous_until is not None and now < self.previous_until
        return (self.current, self.previous) if is_old_good else (self.current,)


def new_secret() -> str:
    """Return a signing secret of 192 random bits, as Standard Webhooks writes them."""
    return f"whsec_{b64encode(token_bytes(24)).decode()}"


class EndpointVault:
    """Seals addresses and secrets of endpoints, and opens them."""

    def __init__(self, secret: bytes) -> None:
        self._seal = Seal(secret, purpose="endpoint")

    def seal(self, address: str) -> bytes:
        """Return an address sealed for the database."""
        return self._seal.seal(address)

    def address(self, endpoint: Endpoint) -> str:
        """Return where an endpoint is."""
        return self._seal.open(endpoint.address)

    def seal_secrets(self, secrets: Secrets) -> bytes:
        """Return secrets sealed for the database."""
        return self._seal.seal(secrets.model_dump_json())

    def secrets(self, endpoint: Endpoint) -> Secrets:
        """Return what signs the calls to a webhook."""
        return Secrets.model_validate_json(self._seal.open(endpoint.secret))


def shown_address(address: str) -> str:
    """Return what tells an address from others and gives nothing of its secrets away."""
    parts = urlsplit(address)
    where = f"{parts.hostname}/" if parts.scheme in {"http", "https"} else f"{parts.scheme}://"
    return f"{where}…{address[-4:]}"


def is_live(endpoint: Endpoint) -> bool:
    """Say whether calls go to it."""
    return endpoint.ended_at is None and endpoint.disabled_at is None


def why_off(endpoint: Endpoint) -> str:
    """Say to its reader why nothing goes to an endpoint; nothing if something does."""
    if endpoint.disabled_at is None:
        return ""
    return OFF_WORDS[OffReason(endpoint.disabled_reason)]


def switch_on(endpoint: Endpoint) -> None:
    """Let calls go to it, as to one that never failed."""
    endpoint.disabled_at, endpoint.disabled_reason = None, ""
    note_success(endpoint)


def switch_off(endpoint: Endpoint, reason: OffReason, *, now: datetime) -> None:
    """Let no call go to it."""
    endpoint.disabled_at, endpoint.disabled_reason = now, reason.value


def note_success(endpoint: Endpoint) -> None:
    """Note that it took a call."""
    endpoint.failures, endpoint.failing_since = 0, None


def note_failure(endpoint: Endpoint, *, is_gone: bool, now: datetime) -> bool:
    """Note that it did not take a call; return whether that is enough to switch it off.

    One that says that it is gone is believed at once, any other after 50 failures in a row or five
    days without a success.
    """
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or now
    if not is_live(endpoint):
        return False
    is_over = endpoint.failures >= MOST_FAILURES or now - endpoint.failing_since >= LONGEST_FAILING
    if is_gone or is_over:
        switch_off(endpoint, OffReason.GONE if is_gone else OffReason.FAILING, now=now)
    return is_gone or is_over
