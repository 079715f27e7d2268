"""All SQL about addresses that get nothing, and about mail that came back."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func
from sqlmodel import Session, col, delete, select

from tidings.db.upsert import insert_ignore
from tidings.delivery.models import (
    Channel,
    Delivery,
    DeliveryEvent,
    DeliveryEventKind,
    DeliveryState,
    Suppression,
)
from tidings.delivery.suppression import WORDS, Hold, Reason
from tidings.errors import RetryableError
from tidings.subscribers.models import Subscriber, Token, TokenPurpose


def hold_locked(session: Session, address_hash: str) -> Hold | None:
    """Return what keeps mail from an address, and keep others from changing it meanwhile."""
    row = session.get(Suppression, address_hash, with_for_update=True, populate_existing=True)
    return _hold(row)


def put_hold(session: Session, address_hash: str, hold: Hold | None) -> None:
    """Write down what keeps mail from an address; None for nothing. The caller commits."""
    row = session.get(Suppression, address_hash)
    if hold is None:
        session.exec(delete(Suppression).where(col(Suppression.address_hash) == address_hash))
    elif row is None:
        values = {"reason": hold.reason.value, "since": hold.since, "until": hold.until}
        insert_ignore(session, Suppression, [{"address_hash": address_hash} | values])
    else:
        row.reason, row.since, row.until = hold.reason.value, hold.since, hold.until


def forget_rest(session: Session, address_hash: str) -> None:
    """Forget that an address rests; what keeps mail from it for good stays."""
    session.exec(
        delete(Suppression).where(
            col(Suppression.address_hash) == address_hash, col(Suppression.until).is_not(None)
        )
    )


def suppression_reason(session: Session, address_hash: str, *, now: datetime) -> str | None:
    """Return why an address gets nothing now, in words, or None."""
    row = session.get(Suppression, address_hash)
    if row is None or (row.until is not None and row.until <= now):
        return None
    return WORDS[Reason(row.reason)]


def reason_to_withhold(session: Session, address_hash: str, *, now: datetime) -> str | None:
    """Return why a mail must not be handed over, ever, or None when it may.

    Raises RetryableError while the address only rests.
    """
    reason = suppression_reason(session, address_hash, now=now)
    row = session.get(Suppression, address_hash)
    if reason is not None and row is not None and row.until is not None:
        raise RetryableError(reason, after=row.until - now)
    return reason


def rests(now: datetime) -> ColumnElement[bool]:
    """Say of a reader whether their address rests."""
    addresses = select(col(Suppression.address_hash)).where(col(Suppression.until) > now)
    return col(Subscriber.address_hash).in_(addresses)


def readers_resting(session: Session, *, now: datetime) -> set[int]:
    """Return the readers whose addresses rest."""
    found = session.exec(select(col(Subscriber.id)).where(rests(now)))
    return {one for one in found if one is not None}


def resting(now: datetime) -> ColumnElement[bool]:
    """Say of a delivery whether it waits because its reader's address rests."""
    readers = select(col(Subscriber.id)).where(rests(now))
    return and_(
        col(Delivery.channel) == Channel.MAIL,
        col(Delivery.address).is_(None),
        col(Delivery.subscriber_id).in_(readers),
    )


def holds_now(session: Session, *, now: datetime) -> Sequence[Suppression]:
    """Return every address that gets nothing now, the latest first."""
    holding = col(Suppression.until).is_(None) | (col(Suppression.until) > now)
    latest = col(Suppression.since).desc(), col(Suppression.address_hash)
    return session.exec(select(Suppression).where(holding).order_by(*latest)).all()


def details_returned(session: Session, subscriber_id: int, *, since: datetime) -> list[str]:
    """Return what each soft return of a reader's mail said since then."""
    rows = session.exec(
        select(col(DeliveryEvent.detail))
        .join(Delivery, col(Delivery.id) == col(DeliveryEvent.delivery_id))
        .where(
            col(Delivery.subscriber_id) == subscriber_id,
            col(DeliveryEvent.kind) == DeliveryEventKind.BOUNCED_SOFT,
            col(DeliveryEvent.at) > since,
        )
    )
    return list(rows)


def address_changed_at(session: Session, subscriber_id: int) -> datetime | None:
    """Return when a reader last moved to another address; None if it was never, or long ago."""
    return session.exec(
        select(func.max(col(Token.used_at))).where(
            col(Token.subscriber_id) == subscriber_id,
            col(Token.purpose) == TokenPurpose.CHANGE_ADDRESS,
        )
    ).one()


def last_sent_to(session: Session, address_hash: str) -> Delivery | None:
    """Return the mail that was last sent to a reader's address."""
    return session.exec(
        select(Delivery)
        .join(Subscriber, col(Subscriber.id) == col(Delivery.subscriber_id))
        .where(
            col(Subscriber.address_hash) == address_hash,
            col(Delivery.channel) == Channel.MAIL,
            col(Delivery.address).is_(None),
            col(Delivery.state) == DeliveryState.SENT,
        )
        .order_by(col(Delivery.sent_at).desc(), col(Delivery.id).desc())
        .limit(1)
    ).one_or_none()


def refusing_readers(session: Session, *, since: datetime) -> Mapping[int, str]:
    """Return the readers whose side refused our domain since then, with the last words of each."""
    rows = session.exec(
        select(col(Delivery.subscriber_id), col(DeliveryEvent.detail))
        .join(Delivery, col(Delivery.id) == col(DeliveryEvent.delivery_id))
        .where(
            col(DeliveryEvent.kind) == DeliveryEventKind.BOUNCED_SENDER,
            col(DeliveryEvent.at) > since,
        )
        .order_by(col(DeliveryEvent.id))
    )
    return dict(rows.all())


def events_since(
    session: Session, kinds: Collection[DeliveryEventKind], *, since: datetime
) -> dict[DeliveryEventKind, int]:
    """Return how often each of these happened since then."""
    found = session.exec(
        select(col(DeliveryEvent.kind), func.count())
        .where(col(DeliveryEvent.kind).in_(kinds), col(DeliveryEvent.at) > since)
        .group_by(col(DeliveryEvent.kind))
    ).all()
    return dict.fromkeys(kinds, 0) | dict(found)


def _hold(row: Suppression | None) -> Hold | None:
    return Hold(Reason(row.reason), row.since, row.until) if row is not None else None
