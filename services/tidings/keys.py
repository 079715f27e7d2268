"""Deduplication keys and message ids: stable names for "this one message" (pure)."""

from datetime import datetime
from hashlib import sha256


def alert_key(subscriber_id: int, project_id: int, sweep_id: int) -> str:
    """Name the one immediate mail about a notice, by what the notice is unique for.

    Not by its id: history alone tells the Message-ID that a mail had.
    """
    return f"alert:{subscriber_id}:{project_id}:{sweep_id}"


def roll_up_key(subscriber_id: int, project_id: int, sweep_id: int) -> str:
    """Name the one mail about many notices of a sweep, by the first of their projects."""
    return f"rollup:{subscriber_id}:{project_id}:{sweep_id}"


def digest_key(subscriber_id: int, cadence: str, period_end: datetime) -> str:
    """Name the one digest that a subscriber gets for a period of a cadence."""
    return f"digest:{subscriber_id}:{cadence}:{period_end:%Y-%m-%dT%H:%M:%S.%fZ}"


def heartbeat_key(subscriber_id: int, period_end: datetime) -> str:
    """Name the one mail that says, at the end of a period, that there was nothing to tell."""
    return f"heartbeat:{subscriber_id}:{period_end:%Y-%m-%dT%H:%M:%S.%fZ}"


def brake_key(subscriber_id: int, pulled_at: datetime) -> str:
    """Name the one mail that tells the operator that mail was stopped."""
    return f"brake:{subscriber_id}:{pulled_at:%Y-%m-%dT%H:%M:%S.%fZ}"


def token_key(kind: str, subscriber_id: int, token_id: int) -> str:
    """Name the one mail of its kind that carries a token."""
    return f"{kind}:{subscriber_id}:{token_id}"


def welcome_key(subscriber_id: int, confirmed_at: datetime) -> str:
    """Name the one mail that welcomes a reader, each time they say yes after a no."""
    return f"welcome:{subscriber_id}:{confirmed_at:%Y-%m-%dT%H:%M:%S.%fZ}"


def moved_key(subscriber_id: int, token_id: int) -> str:
    """Name the one mail that tells an old address that it was given up."""
    return f"moved:{subscriber_id}:{token_id}"


def goodbye_key(subscriber_id: int, ended_at: datetime) -> str:
    """Name the one mail that says an ending was done."""
    return f"goodbye:{subscriber_id}:{ended_at:%Y-%m-%dT%H:%M:%SZ}"


def call_key(endpoint_id: int, project_id: int, sweep_id: int) -> str:
    """Name the one call of an endpoint about a notice; its webhook-id."""
    return f"call:{endpoint_id}:{project_id}:{sweep_id}"


def calls_key(endpoint_id: int, sweep_id: int) -> str:
    """Name the one call that tells a chat of very much at once."""
    return f"calls:{endpoint_id}:{sweep_id}"


def endpoint_disabled_key(endpoint_id: int, disabled_at: datetime) -> str:
    """Name the one mail that says that an endpoint was switched off, each time it was."""
    return f"endpoint-disabled:{endpoint_id}:{disabled_at:%Y-%m-%dT%H:%M:%S.%fZ}"


def message_id(delivery_key: str, domain: str) -> str:
    """Return the Message-ID of a delivery: the same on every attempt, telling nothing of it."""
    return f"<{sha256(delivery_key.encode()).hexdigest()[:32]}@{domain}>"
