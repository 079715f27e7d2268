"""What becomes of notices when their mail did, or may not have, gone out."""

from collections.abc import Collection

from sqlmodel import Session, col, update

from tidings.notices.models import Notice, NoticeState
from tidings.subscribers.models import DIGEST_CADENCES


def mark_told(session: Session, delivery_ids: Collection[int]) -> None:
    """Note that the notices of sent deliveries are told."""
    if not delivery_ids:
        return
    session.exec(
        update(Notice)
        .where(col(Notice.delivery_id).in_(delivery_ids), col(Notice.state) == NoticeState.BUNDLED)
        .values(state=NoticeState.TOLD)
    )


def wait_again(session: Session, delivery_id: int) -> None:
    """Let the notices of a digest that may be lost wait for the next one, marked as a repeat."""
    session.exec(
        update(Notice)
        .where(
            col(Notice.delivery_id) == delivery_id,
            col(Notice.state) == NoticeState.BUNDLED,
            col(Notice.cadence).in_(DIGEST_CADENCES),
        )
        .values(state=NoticeState.WAITING, delivery_id=None, may_repeat=True)
    )
