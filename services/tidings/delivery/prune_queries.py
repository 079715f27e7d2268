"""Deliveries that go with a reader who never confirmed."""

from collections.abc import Collection

from sqlmodel import Session, col, delete, select

from tidings.delivery.models import Delivery, DeliveryEvent


def delete_deliveries_to(session: Session, subscriber_ids: Collection[int]) -> None:
    """Delete the deliveries to these readers, with what happened to them."""
    theirs = select(col(Delivery.id)).where(col(Delivery.subscriber_id).in_(subscriber_ids))
    session.exec(delete(DeliveryEvent).where(col(DeliveryEvent.delivery_id).in_(theirs)))
    session.exec(delete(Delivery).where(col(Delivery.subscriber_id).in_(subscriber_ids)))
