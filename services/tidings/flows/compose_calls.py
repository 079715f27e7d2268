"""Put the calls of what readers with endpoints are to be told into the outbox."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from tidings import keys
from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import commit
from tidings.delivery.endpoint_queries import add_calls, live_endpoints
from tidings.delivery.models import (
    Channel,
    DeliveryKind,
    DeliveryState,
    Endpoint,
    EndpointKind,
)
from tidings.notices.call_queries import WaitingCall, mark_called, waiting_calls
from tidings.notices.quiet import end_of_quiet
from tidings.subscribers.models import Subscriber
from tidings.subscribers.zones import zone_or_utc

LIMIT = 500

MOST_LINES_OF_CHAT = 10
"""Messages about one sweep that a chat gets; where there are more, one says how many."""


def compose_calls(
    session: Session, *, settings: Settings, now: datetime, limit: int = LIMIT
) -> list[int]:
    """Make a call of each waiting notice for each live endpoint of its reader; return the new ones.

    Due at once, whatever the cadence of the mail that tells the same; but a chat, which people look
    at, waits in its reader's quiet hours, and gets one line where it would get very many. At most
    ``limit`` notices a call, oldest first. Safe to call twice, also at the same time: a notice
    stops waiting in the transaction that adds its calls, and a call's key is unique.
    """
    waiting = waiting_calls(session, limit=limit)
    together: defaultdict[tuple[int, int], list[WaitingCall]] = defaultdict(list)
    for one in waiting:
        if one.may_go:
            together[one.notice.subscriber_id, one.notice.sweep_id].append(one)
    endpoints: defaultdict[int, list[Endpoint]] = defaultdict(list)
    for endpoint in live_endpoints(session, {reader_id for reader_id, _ in together}):
        endpoints[endpoint.subscriber_id].append(endpoint)
    rows = [
        row
        for (reader_id, _), ones in together.items()
        for endpoint in endpoints[reader_id]
        for row in _rows(endpoint, ones, settings, now)
    ]
    new = add_calls(session, rows)
    mark_called(session, [stored_id(one.notice.id) for one in waiting])
    commit(session, "calls.composed")
    return new


def _rows(
    endpoint: Endpoint, ones: Sequence[WaitingCall], settings: Settings, now: datetime
) -> Iterator[dict[str, Any]]:
    """Give the calls of one endpoint about what one sweep brought its reader."""
    is_chat = endpoint.kind is EndpointKind.CHAT
    later = _end_of_quiet(ones[0].reader, now) if is_chat else None
    is_too_much = is_chat and len(ones) > MOST_LINES_OF_CHAT
    for one in ones[:1] if is_too_much else ones:
        notice, endpoint_id = one.notice, stored_id(endpoint.id)
        key = keys.call_key(endpoint_id, notice.project_id, notice.sweep_id)
        if is_too_much:
            key = keys.calls_key(endpoint_id, notice.sweep_id)
        yield {
            "key": key,
            "subscriber_id": notice.subscriber_id,
            "channel": Channel(endpoint.kind.value),
            "kind": DeliveryKind.ROLL_UP if is_too_much else DeliveryKind.CHANGE_ALERT,
            "endpoint_id": endpoint_id,
            "notice_id": notice.id,
            "message_id": keys.message_id(key, settings.mail_domain),
            "state": DeliveryState.DEFERRED if later else DeliveryState.PENDING,
            "due_at": later or now,
            "created_at": now,
        }


def _end_of_quiet(reader: Subscriber, now: datetime) -> datetime | None:
    zone = zone_or_utc(reader.time_zone)
    return end_of_quiet(zone, reader.quiet_from, reader.quiet_until, now)
