"""What happened to all of a reader's messages, and which of them are on their way."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlmodel import Session, col, select

from tidings.delivery.models import Delivery, DeliveryEvent, DeliveryState


def events_of(session: Session, subscriber_id: int) -> Mapping[int, Sequence[DeliveryEvent]]:
    """Return what happened to each delivery to a reader, oldest first."""
    rows = session.exec(
        select(DeliveryEvent)
        .join(Delivery, col(Delivery.id) == col(DeliveryEvent.delivery_id))
        .where(col(Delivery.subscriber_id) == subscriber_id)
        .order_by(col(DeliveryEvent.id))
    )
    found: defaultdict[int, list[DeliveryEvent]] = defaultdict(list)
    for row in rows:
        found[row.delivery_id].append(row)
    return found


def any_on_its_way(session: Session, subscriber_id: int) -> bool:
    """Say whether a message to a reader is being sent; nobody begins with one until we commit."""
    states = session.exec(
        select(col(Delivery.state))
        .where(col(Delivery.subscriber_id) == subscriber_id)
        .order_by(col(Delivery.id))
        .with_for_update()
    ).all()
    return DeliveryState.SENDING in states
