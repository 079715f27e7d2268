"""All SQL about what is to be told at once."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select, update

from tidings.db.base import stored_id
from tidings.delivery.models import Channel, Delivery, DeliveryKind
from tidings.notices.alerts import TOO_MANY, WaitingAlert
from tidings.notices.backlog import is_ripe
from tidings.notices.models import Notice
from tidings.subscribers.models import Cadence, Subscriber

ALERTS = (DeliveryKind.CHANGE_ALERT, DeliveryKind.ROLL_UP)


def readers_to_alert(session: Session, *, limit: int) -> Sequence[Subscriber]:
    """Return active readers whom something is to be told at once, who wait longest first, locked.

    Readers whom another process is at already are passed over.
    """
    waiting = session.exec(
        select(col(Notice.subscriber_id))
        .join(Subscriber, col(Subscriber.id) == col(Notice.subscriber_id))
        .where(*is_ripe())
        .group_by(col(Notice.subscriber_id))
        .order_by(func.min(col(Notice.id)))
        .limit(limit)
    ).all()
    return session.exec(
        select(Subscriber)
        .where(col(Subscriber.id).in_(waiting))
        .order_by(col(Subscriber.id))
        .with_for_update(skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    ).all()


def waiting_alerts(session: Session, readers: Collection[int]) -> Sequence[WaitingAlert]:
    """Return all that these readers are to be told at once, oldest first, locked."""
    rows = session.exec(
        select(Notice)
        .join(Subscriber, col(Subscriber.id) == col(Notice.subscriber_id))
        .where(col(Notice.subscriber_id).in_(readers), *is_ripe())
        .order_by(col(Notice.id))
        .with_for_update(of=Notice)
        .execution_options(populate_existing=True)
    )
    return [
        WaitingAlert(
            stored_id(row.id), row.subscriber_id, row.project_id, row.sweep_id, row.severity
        )
        for row in rows
    ]


def alerts_since(
    session: Session, readers: Collection[int], *, since: datetime
) -> Mapping[int, int]:
    """Return how many alerts were made for each of these readers since then."""
    rows = session.exec(
        select(col(Delivery.subscriber_id), func.count())
        .where(
            col(Delivery.subscriber_id).in_(readers),
            col(Delivery.kind).in_(ALERTS),
            col(Delivery.channel) == Channel.MAIL,
            col(Delivery.created_at) > since,
        )
        .group_by(col(Delivery.subscriber_id))
    ).all()
    return dict.fromkeys(readers, 0) | dict(rows)


def put_into_digest(session: Session, notice_ids: Collection[int]) -> None:
    """Let notices wait for the daily digest that are too many to be told at once."""
    session.exec(
        update(Notice)
        .where(col(Notice.id).in_(notice_ids))
        .values(cadence=Cadence.DAILY, skipped_reason=TOO_MANY)
    )
