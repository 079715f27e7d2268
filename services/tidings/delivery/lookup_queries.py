"""Find deliveries by what people know of them, and read them without keeping others out."""

from collections.abc import Collection, Mapping, Sequence

from sqlmodel import Session, and_, col, or_, select

from tidings.delivery.models import Delivery, DeliveryEvent, DeliveryEventKind, DeliveryKind

LONGEST_ID = 9
"""Digits that an id column of PostgreSQL holds for sure."""

RETURNED = (
    DeliveryEventKind.BOUNCED_SOFT,
    DeliveryEventKind.BOUNCED_HARD,
    DeliveryEventKind.BOUNCED_SENDER,
)


def deliveries_named(session: Session, name: str, *, limit: int) -> Sequence[Delivery]:
    """Return the delivery of this id, Message-ID or key, or else those whose keys begin so.

    Oldest first. A Message-ID may lack its angle brackets; keys are those of ``tidings.keys``.
    """
    if name.isdecimal():
        row = session.get(Delivery, int(name)) if len(name) <= LONGEST_ID else None
        return [row] if row else []
    named = or_(col(Delivery.message_id) == f"<{name.strip('<>')}>", col(Delivery.key) == name)
    begins = and_(name != "", col(Delivery.key).startswith(name, autoescape=True))
    oldest = select(Delivery).order_by(col(Delivery.id)).limit(limit)
    return session.exec(oldest.where(named)).all() or session.exec(oldest.where(begins)).all()


def mail_to(session: Session, subscriber_id: int, message_id_start: str) -> Delivery | None:
    """Return the delivery to a reader whose Message-ID begins so."""
    return session.exec(
        select(Delivery).where(
            col(Delivery.subscriber_id) == subscriber_id,
            col(Delivery.message_id).startswith(message_id_start, autoescape=True),
        )
    ).first()


def last_of_kind(session: Session, subscriber_id: int, kind: DeliveryKind) -> Delivery | None:
    """Return the newest delivery of a kind to a reader."""
    return session.exec(
        select(Delivery)
        .where(col(Delivery.subscriber_id) == subscriber_id, col(Delivery.kind) == kind)
        .order_by(col(Delivery.id).desc())
        .limit(1)
    ).one_or_none()


def returns_of(session: Session, delivery_ids: Collection[int]) -> Mapping[int, str]:
    """Return for those of these deliveries that came back what the last return said."""
    rows = session.exec(
        select(DeliveryEvent)
        .where(
            col(DeliveryEvent.delivery_id).in_(delivery_ids),
            col(DeliveryEvent.kind).in_(RETURNED),
        )
        .order_by(col(DeliveryEvent.id))
    )
    return {event.delivery_id: event.detail for event in rows}
