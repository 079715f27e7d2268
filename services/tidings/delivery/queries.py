"""Every SQL statement of the outbox."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, true
from sqlmodel import Session, col, select, update

from tidings.db.time import database_now
from tidings.db.upsert import insert_ignore_returning
from tidings.delivery.models import (
    Channel,
    Delivery,
    DeliveryEvent,
    DeliveryEventKind,
    DeliveryKind,
    DeliveryState,
)
from tidings.delivery.suppression_queries import resting
from tidings.upkeep.brakes import BY_COUNT, brake_of

LONGEST_LEASE = timedelta(hours=1)
"""No lease of mail is longer, see tidings.config."""

FURTHEST_MAIL, FURTHEST = timedelta(hours=20), timedelta(hours=48)
"""No mail is put off for longer, by failures or quiet hours; no call, by its endpoint's pause."""

PAST_THE_COUNT = (DeliveryKind.CONFIRM, DeliveryKind.SIGN_IN, DeliveryKind.CHANGE_ADDRESS)
"""Mails that somebody waits for: they go out when too many others did, not when all is stopped."""

DUE_STATES = (DeliveryState.PENDING, DeliveryState.DEFERRED)

MAILS = (Channel.MAIL,)
CALLS = (Channel.WEBHOOK, Channel.CHAT)
"""What goes by a relay, and what is a call of an endpoint: no sender takes the other's."""


def add_delivery(  # noqa: PLR0913 - a row of the outbox has that many parts
    session: Session,
    *,
    key: str,
    subscriber_id: int,
    kind: DeliveryKind,
    message_id: str,
    due_at: datetime,
    now: datetime,
    secret: str = "",
    address: bytes | None = None,
) -> Delivery | None:
    """Put a message into the outbox; None when its key is there already.

    It goes to the reader's address, or to ``address``, which is sealed.
    """
    row = {
        "key": key,
        "subscriber_id": subscriber_id,
        "kind": kind,
        "message_id": message_id,
        "secret": secret,
        "address": address,
        "due_at": due_at,
        "created_at": now,
    }
    new = insert_ignore_returning(session, Delivery, [row], col(Delivery.id))
    return session.get_one(Delivery, new[0][0]) if new else None


def due_delivery_ids(
    session: Session, *, now: datetime, limit: int, channels: Collection[Channel] = MAILS
) -> list[int]:
    """Return the mails, or calls, that wait and may go, those that have waited longest first."""
    found = session.exec(
        select(col(Delivery.id))
        .where(_is_due(now), _may_go(session), col(Delivery.channel).in_(channels))
        .order_by(col(Delivery.due_at), col(Delivery.id))
        .limit(limit)
    )
    return [row_id for row_id in found if row_id is not None]


def put_off_until(session: Session, *, after: datetime, until: datetime) -> datetime | None:
    """Return the next moment in that time for which a delivery was put off; None if there is none.

    For whoever plays the past: what is due is found with due_delivery_ids.
    """
    return session.exec(
        select(func.min(col(Delivery.due_at))).where(
            col(Delivery.state) == DeliveryState.DEFERRED,
            col(Delivery.due_at) > after,
            col(Delivery.due_at) <= until,
        )
    ).one()


def _is_due(now: datetime) -> ColumnElement[bool]:
    # A new message goes at once: if it is due later than now, a clock was set back meanwhile. So
    # it was, too, if one is put off for longer than anything ever is.
    put_off = or_(
        col(Delivery.due_at) <= now,
        col(Delivery.due_at) > now + FURTHEST,
        and_(col(Delivery.channel).in_(MAILS), col(Delivery.due_at) > now + FURTHEST_MAIL),
    )
    waits = or_(
        col(Delivery.state) == DeliveryState.PENDING,
        and_(col(Delivery.state) == DeliveryState.DEFERRED, put_off),
    )
    return and_(waits, ~resting(now))


def _may_go(session: Session) -> ColumnElement[bool]:
    """Say what a brake of mail lets through: what is no mail, and the mail that tells of it."""
    brake = brake_of(session)
    if brake is None:
        return true()
    kinds = PAST_THE_COUNT if brake.pulled_by == BY_COUNT else ()
    passes = col(Delivery.kind).in_((DeliveryKind.BRAKE_PULLED, *kinds))
    return or_(passes, col(Delivery.channel) != Channel.MAIL)


def sent_so_many(session: Session, number: int, *, since: datetime) -> bool:
    """Say whether so many mails were sent since then; looks at no more of the index than those."""
    nth = (
        select(col(Delivery.sent_at))
        .where(col(Delivery.sent_at) > since, col(Delivery.channel) == Channel.MAIL)
        .order_by(col(Delivery.sent_at).desc())
        .offset(number - 1)
        .limit(1)
    )
    return session.exec(nth).first() is not None


def claim(
    session: Session,
    delivery_ids: Collection[int],
    *,
    owner: str,
    lease: timedelta,
    now: datetime,
    channels: Collection[Channel] = MAILS,
) -> Sequence[Delivery]:
    """Take those of the mails, or calls, that are due for this worker, and count the attempt.

    Compare-and-set, with a lease by the database's time: no lock is held while the mail server
    thinks. Rows that another worker is taking at this moment are passed over. The caller commits
    before it hands anything over.
    """
    free = (
        select(col(Delivery.id))
        .where(
            col(Delivery.id).in_(delivery_ids),
            _is_due(now),
            _may_go(session),
            col(Delivery.channel).in_(channels),
        )
        .order_by(col(Delivery.id))
        .with_for_update(skip_locked=True)
    )
    claimed = session.exec(
        update(Delivery)
        .where(col(Delivery.id).in_(free))
        .values(
            state=DeliveryState.SENDING,
            lease_owner=owner,
            lease_until=database_now(session) + lease,
            attempts=col(Delivery.attempts) + 1,
        )
        .returning(col(Delivery.id))
    ).all()
    return session.exec(
        select(Delivery)
        .where(col(Delivery.id).in_([row[0] for row in claimed]))
        .order_by(col(Delivery.due_at), col(Delivery.id))
        .execution_options(populate_existing=True)
    ).all()


def still_ours(
    session: Session, delivery_ids: Collection[int], *, owner: str
) -> Sequence[Delivery]:
    """Return those of the deliveries that this lease still holds, locked."""
    return session.exec(
        select(Delivery)
        .where(
            col(Delivery.id).in_(delivery_ids),
            col(Delivery.state) == DeliveryState.SENDING,
            col(Delivery.lease_owner) == owner,
        )
        .order_by(col(Delivery.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def expired(session: Session, *, limit: int) -> Sequence[Delivery]:
    """Return deliveries whose worker took them and never came back, locked."""
    now = database_now(session)
    return session.exec(
        select(Delivery)
        .where(
            col(Delivery.state) == DeliveryState.SENDING,
            or_(
                col(Delivery.lease_until) < now,
                col(Delivery.lease_until) > now + LONGEST_LEASE,  # a clock was set back since
            ),
        )
        .order_by(col(Delivery.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()


def note_event(
    session: Session, delivery: Delivery, kind: DeliveryEventKind, *, detail: str, now: datetime
) -> None:
    """Write down what became of a delivery."""
    if delivery.id is None:
        raise LookupError("an event needs a stored delivery")
    session.add(DeliveryEvent(delivery_id=delivery.id, kind=kind, at=now, detail=detail))


def events_of(session: Session, delivery_id: int) -> Sequence[DeliveryEvent]:
    """Return all that happened to a delivery, oldest first."""
    return session.exec(
        select(DeliveryEvent)
        .where(col(DeliveryEvent.delivery_id) == delivery_id)
        .order_by(col(DeliveryEvent.id))
    ).all()


def unknown_count(session: Session, delivery_id: int) -> int:
    """Return how often the answer to this delivery was lost."""
    return session.exec(
        select(func.count())
        .select_from(DeliveryEvent)
        .where(
            col(DeliveryEvent.delivery_id) == delivery_id,
            col(DeliveryEvent.kind) == DeliveryEventKind.UNKNOWN,
        )
    ).one()


def delivery_locked(session: Session, delivery_id: int) -> Delivery | None:
    """Return a delivery, and keep others from changing it meanwhile."""
    return session.get(Delivery, delivery_id, with_for_update=True, populate_existing=True)


def by_message_id(session: Session, message_id: str) -> Delivery | None:
    """Return the delivery that went out under this Message-ID, locked."""
    statement = select(Delivery).where(col(Delivery.message_id) == message_id)
    return session.exec(statement.with_for_update()).first()
