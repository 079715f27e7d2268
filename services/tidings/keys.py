"""Deduplication keys and message ids: stable names for "this one message" (pure)."""

from datetime import datetime
from hashlib import sha256


def alert_key(subscriber_id: int, project_id: int, sweep_id: int) -> str:
    """Name the one immediate mail about a notice, by what the notice is unique for.

    Not by its id: history alone tells the Message-ID that a mail had.
    """
    return f"alert:{subscriber_id}:{project_id}:{sweep_id}"


def digest_key(subscriber_id: int, cadence: str, period_end: datetime) -> str:
    """Name the one digest that a subscriber gets for a period of a cadence."""
    return f"digest:{subscriber_id}:{cadence}:{period_end:%Y-%m-%dT%H:%M:%S.%fZ}"


def confirm_key(subscriber_id: int, token_id: int) -> str:
    """Name the one mail that asks an address to confirm, for one token."""
    return f"confirm:{subscriber_id}:{token_id}"


def goodbye_key(subscriber_id: int, ended_at: datetime) -> str:
    """Name the one mail that says an ending was done."""
    return f"goodbye:{subscriber_id}:{ended_at:%Y-%m-%dT%H:%M:%SZ}"


def message_id(delivery_key: str, domain: str) -> str:
    """Return the Message-ID of a delivery: the same on every attempt, telling nothing of it."""
    return f"<{sha256(delivery_key.encode()).hexdigest()[:32]}@{domain}>"
