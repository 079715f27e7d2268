"""Send a dead letter again, because an operator says that its cause is mended."""

from datetime import datetime

from sqlmodel import Session

from tidings.db.session import commit
from tidings.delivery.models import Delivery, DeliveryEventKind, DeliveryState
from tidings.delivery.queries import note_event
from tidings.errors import RejectedError
from tidings.upkeep.queries import note_audit


def replay_delivery(session: Session, delivery_id: int, *, actor: str, now: datetime) -> None:
    """Put a failed delivery back into the outbox, under its own Message-ID.

    Safe to call twice: the second time it is no longer failed. Raises RejectedError then, and for
    a delivery that does not exist.
    """
    row = session.get(Delivery, delivery_id, with_for_update=True, populate_existing=True)
    if row is None or row.state is not DeliveryState.FAILED:
        raise RejectedError("Only a failed delivery can be sent again.")
    row.state, row.due_at = DeliveryState.PENDING, now
    row.attempts, row.crashes = 0, 0
    note_event(session, row, DeliveryEventKind.REPLAYED, detail=f"by {actor}", now=now)
    note_audit(session, actor=actor, action="replay delivery", thing=f"delivery {row.id}")
    commit(session, "delivery.replayed")
