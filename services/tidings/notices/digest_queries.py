"""All SQL that turns waiting notices into mails that are due, or into nothing."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import and_, bindparam, or_
from sqlmodel import Session, col, select, update

from tidings.db.base import stored_id
from tidings.db.upsert import insert_ignore, insert_ignore_returning
from tidings.delivery.models import (
    Channel,
    Delivery,
    DeliveryEvent,
    DeliveryEventKind,
    DeliveryKind,
    DeliveryState,
)
from tidings.keys import message_id
from tidings.notices.models import DigestRun, DigestRunState, Notice, NoticeState
from tidings.notices.shares import Waiting
from tidings.searches.models import SavedSearch
from tidings.subscribers.models import Follow, Subscriber, SubscriberState

NO_WAIT: Mapping[int, datetime] = MappingProxyType({})
UNSENT = (DeliveryState.PENDING, DeliveryState.DEFERRED)
UNTOLD = (NoticeState.WAITING, NoticeState.HELD)


def add_deliveries(
    session: Session,
    readers: Mapping[str, int],
    *,
    kind: DeliveryKind,
    mail_domain: str,
    now: datetime,
    not_before: Mapping[int, datetime] = NO_WAIT,
) -> tuple[Mapping[str, int], list[int]]:
    """Insert a delivery for each key that has none yet and for the key's reader.

    It is due now, or when ``not_before`` says of its reader. Returns the ids of all of them by
    their keys, and apart from those the ids of the new ones.
    """
    rows = [
        {
            "key": key,
            "subscriber_id": subscriber_id,
            "kind": kind,
            "message_id": message_id(key, mail_domain),
            "state": DeliveryState.DEFERRED
            if subscriber_id in not_before
            else DeliveryState.PENDING,
            "due_at": not_before.get(subscriber_id, now),
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


def readers_without_news(
    session: Session, readers: Collection[int], *, since: datetime
) -> Collection[int]:
    """Return those of the readers who want a heartbeat and have had no mail of ours since then.

    They follow or search for something, and did so then.
    """
    told = select(col(Delivery.id)).where(
        col(Delivery.subscriber_id) == col(Subscriber.id),
        col(Delivery.channel) == Channel.MAIL,
        col(Delivery.created_at) > since,
    )
    followed, searched = (
        select(table.id).where(
            col(table.subscriber_id) == col(Subscriber.id), col(table.ended_at).is_(None)
        )
        for table in (Follow, SavedSearch)
    )
    rows = session.exec(
        select(col(Subscriber.id)).where(
            col(Subscriber.id).in_(readers),
            col(Subscriber.heartbeat),
            col(Subscriber.state) == SubscriberState.ACTIVE,
            col(Subscriber.confirmed_at) <= since,
            ~told.exists(),
            or_(followed.exists(), searched.exists()),
        )
    )
    return {stored_id(row_id) for row_id in rows}


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
    """Withdraw a reader's messages of these kinds that wait and tell no notice any more.

    A mail is named by its notices, a call names its own.
    """
    session.flush()
    called = and_(
        col(Notice.id) == col(Delivery.notice_id), col(Notice.state) != NoticeState.SKIPPED
    )
    told = select(col(Notice.id)).where(or_(col(Notice.delivery_id) == col(Delivery.id), called))
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
