"""All SQL that turns waiting notices into mails that are due, or into nothing."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, or_
from sqlmodel import Session, col, select, update

from tidings.db.base import stored_id
from tidings.db.upsert import insert_ignore, insert_ignore_returning
from tidings.delivery.models import (
    Delivery,
    DeliveryEvent,
    DeliveryEventKind,
    DeliveryKind,
    DeliveryState,
)
from tidings.keys import message_id
from tidings.notices.models import DigestRun, DigestRunState, Notice, NoticeState
from tidings.notices.shares import Waiting
from tidings.subscribers.models import Cadence, Subscriber, SubscriberState

UNSENT = (DeliveryState.PENDING, DeliveryState.DEFERRED)
UNTOLD = (NoticeState.WAITING, NoticeState.HELD)


class WaitingAlert(NamedTuple):
    """A notice that is to be told at once, and what it is unique for."""

    notice_id: int
    subscriber_id: int
    project_id: int
    sweep_id: int


def waiting_alerts(session: Session, *, limit: int) -> Sequence[WaitingAlert]:
    """Return what active readers want to be told at once, oldest first.

    Rows that another process is at already are passed over.
    """
    rows = session.exec(
        select(
            col(Notice.id),
            col(Notice.subscriber_id),
            col(Notice.project_id),
            col(Notice.sweep_id),
        )
        .join(Subscriber, col(Subscriber.id) == col(Notice.subscriber_id))
        .where(
            col(Notice.state) == NoticeState.WAITING,
            col(Notice.cadence) == Cadence.IMMEDIATE,
            col(Subscriber.state) == SubscriberState.ACTIVE,
        )
        .order_by(col(Notice.id))
        .limit(limit)
        .with_for_update(skip_locked=True, of=Notice)
    ).all()
    return [WaitingAlert(stored_id(notice_id), *of) for notice_id, *of in rows]


def add_deliveries(
    session: Session,
    readers: Mapping[str, int],
    *,
    kind: DeliveryKind,
    mail_domain: str,
    now: datetime,
) -> tuple[Mapping[str, int], list[int]]:
    """Insert a delivery, due now, for each key that has none yet and for the key's reader.

    Returns the ids of all of them by their keys, and apart from those the ids of the new ones.
    """
    rows = [
        {
            "key": key,
            "subscriber_id": subscriber_id,
            "kind": kind,
            "message_id": message_id(key, mail_domain),
            "due_at": now,
            "created_at": now,
        }
        for key, subscriber_id in readers.items()
    ]
    new = insert_ignore_returning(session, Delivery, rows, col(Delivery.id))
    stored = session.exec(
        select(col(Delivery.key), col(Delivery.id)).where(col(Delivery.key).in_(readers))
    ).all()
    return {key: stored_id(row_id) for key, row_id in stored}, sorted(row[0] for row in new)


def add_runs(session: Session, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert digest runs that are not there already; return their ids."""
    return [row[0] for row in insert_ignore_returning(session, DigestRun, rows, col(DigestRun.id))]


def started_runs(session: Session, run_ids: Collection[int]) -> Sequence[DigestRun]:
    """Return those of the runs that are still to be composed, earliest period first.

    Rows that another process is at already are passed over.
    """
    return session.exec(
        select(DigestRun)
        .where(col(DigestRun.id).in_(run_ids), col(DigestRun.state) == DigestRunState.STARTED)
        .order_by(col(DigestRun.period_end), col(DigestRun.id))
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()


def waiting_for_digests(session: Session, runs: Collection[DigestRun]) -> list[Waiting]:
    """Return what waits for digests of these readers and cadences, oldest first.

    Nothing of readers without consent. Waits for a process that is at such a row already: to pass
    it over would put it off until the next digest.
    """
    rows = session.exec(
        select(
            col(Notice.id), col(Notice.subscriber_id), col(Notice.cadence), col(Notice.created_at)
        )
        .join(Subscriber, col(Subscriber.id) == col(Notice.subscriber_id))
        .where(
            col(Notice.subscriber_id).in_({run.subscriber_id for run in runs}),
            col(Notice.state) == NoticeState.WAITING,
            col(Notice.cadence).in_({run.cadence for run in runs}),
            col(Subscriber.state) == SubscriberState.ACTIVE,
        )
        .order_by(col(Notice.id))
        .with_for_update(of=Notice)
    ).all()
    return [
        Waiting(stored_id(notice_id), subscriber_id, cadence, created_at)
        for notice_id, subscriber_id, cadence, created_at in rows
    ]


def bundle(session: Session, deliveries: Mapping[int, int]) -> None:
    """Note, for each waiting notice, the delivery that tells it."""
    if not deliveries:
        return
    session.connection().execute(
        update(Notice)
        .where(col(Notice.id) == bindparam("notice"), col(Notice.state) == NoticeState.WAITING)
        .values(state=NoticeState.BUNDLED, delivery_id=bindparam("delivery")),
        [{"notice": notice, "delivery": delivery} for notice, delivery in deliveries.items()],
    )


def untold_notices(session: Session, subscriber_id: int) -> Sequence[Notice]:
    """Return what a reader is still to be told: waiting, held, or in a mail that was not sent."""
    return session.exec(
        select(Notice)
        .join(Delivery, col(Delivery.id) == col(Notice.delivery_id), isouter=True)
        .where(
            col(Notice.subscriber_id) == subscriber_id,
            or_(
                col(Notice.state).in_(UNTOLD),
                and_(col(Notice.state) == NoticeState.BUNDLED, col(Delivery.state).in_(UNSENT)),
            ),
        )
        .order_by(col(Notice.id))
        .with_for_update(of=Notice)
        .execution_options(populate_existing=True)
    ).all()


def suppress_emptied(
    session: Session,
    subscriber_id: int,
    *,
    kinds: Collection[DeliveryKind],
    reason: str,
    now: datetime,
) -> None:
    """Withdraw a reader's mails of these kinds that wait to be sent and tell no notice any more."""
    session.flush()
    told = select(col(Notice.id)).where(col(Notice.delivery_id) == col(Delivery.id))
    withdrawn = session.exec(
        update(Delivery)
        .where(
            col(Delivery.subscriber_id) == subscriber_id,
            col(Delivery.state).in_(UNSENT),
            col(Delivery.kind).in_(kinds),
            ~told.exists(),
        )
        .values(state=DeliveryState.SUPPRESSED, last_error=reason)
        .returning(col(Delivery.id))
    ).all()
    event = {"kind": DeliveryEventKind.SUPPRESSED, "at": now, "detail": reason}
    insert_ignore(session, DeliveryEvent, [{"delivery_id": row[0]} | event for row in withdrawn])
