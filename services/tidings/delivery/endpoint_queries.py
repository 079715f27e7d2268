"""All SQL about endpoints and their calls."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_
from sqlmodel import Session, col, func, select, update

from tidings.db.upsert import insert_ignore, insert_ignore_returning
from tidings.delivery.models import (
    Delivery,
    DeliveryEvent,
    DeliveryEventKind,
    DeliveryState,
    Endpoint,
)
from tidings.delivery.queries import CALLS, DUE_STATES

NOT_ARRIVED = (DeliveryState.FAILED, DeliveryState.SUPPRESSED)


def endpoints_of(session: Session, subscriber_id: int) -> Sequence[Endpoint]:
    """Return the endpoints of a reader, those that are switched off too, oldest first."""
    return session.exec(
        select(Endpoint)
        .where(col(Endpoint.subscriber_id) == subscriber_id, col(Endpoint.ended_at).is_(None))
        .order_by(col(Endpoint.id))
    ).all()


def all_endpoints(session: Session, *, limit: int) -> Sequence[Endpoint]:
    """Return the endpoints of all readers that were not removed, newest first."""
    newest = select(Endpoint).where(col(Endpoint.ended_at).is_(None))
    return session.exec(newest.order_by(col(Endpoint.id).desc()).limit(limit)).all()


def endpoint_of(session: Session, endpoint_id: int, subscriber_id: int) -> Endpoint | None:
    """Return an endpoint of this reader and keep others from changing it meanwhile."""
    return session.exec(
        select(Endpoint)
        .where(
            col(Endpoint.id) == endpoint_id,
            col(Endpoint.subscriber_id) == subscriber_id,
            col(Endpoint.ended_at).is_(None),
        )
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()


def endpoints_by_ids(session: Session, ids: Collection[int]) -> dict[int, Endpoint]:
    """Return these endpoints by id."""
    found = session.exec(select(Endpoint).where(col(Endpoint.id).in_(ids)))
    return {one.id: one for one in found if one.id is not None}


def endpoints_locked(session: Session, ids: Collection[int]) -> Sequence[Endpoint]:
    """Return these endpoints, in the order of their ids, and keep others from changing them."""
    return session.exec(
        select(Endpoint)
        .where(col(Endpoint.id).in_(ids))
        .order_by(col(Endpoint.id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()


def owners_of_live(session: Session) -> set[int]:
    """Return the readers who have an endpoint to which calls go."""
    return set(session.exec(select(col(Endpoint.subscriber_id)).where(_is_live()).distinct()))


def live_endpoints(session: Session, subscriber_ids: Collection[int]) -> Sequence[Endpoint]:
    """Return the endpoints of these readers to which calls go."""
    theirs = col(Endpoint.subscriber_id).in_(subscriber_ids)
    return session.exec(select(Endpoint).where(_is_live(), theirs).order_by(col(Endpoint.id))).all()


def _is_live() -> ColumnElement[bool]:
    return and_(col(Endpoint.disabled_at).is_(None), col(Endpoint.ended_at).is_(None))


def end_endpoints(session: Session, subscriber_id: int, *, now: datetime) -> None:
    """Forget where all of a reader's endpoints were."""
    session.exec(
        update(Endpoint)
        .where(col(Endpoint.subscriber_id) == subscriber_id, col(Endpoint.ended_at).is_(None))
        .values(ended_at=now, address=b"", secret=b"")
    )


def add_calls(session: Session, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert calls that are not there already; return the ids of the new ones."""
    return sorted(
        row[0] for row in insert_ignore_returning(session, Delivery, rows, col(Delivery.id))
    )


def withdraw_calls(session: Session, endpoint_id: int, *, reason: str, now: datetime) -> None:
    """Let nothing that waits for an endpoint go there."""
    session.flush()
    withdrawn = session.exec(
        update(Delivery)
        .where(
            col(Delivery.endpoint_id) == endpoint_id,
            col(Delivery.channel).in_(CALLS),
            col(Delivery.state).in_(DUE_STATES),
        )
        .values(state=DeliveryState.SUPPRESSED, last_error=reason)
        .returning(col(Delivery.id))
    ).all()
    _note(session, withdrawn, DeliveryEventKind.SUPPRESSED, detail=reason, now=now)


def replay_calls(
    session: Session, endpoint_id: int, *, since: datetime, detail: str, now: datetime
) -> list[int]:
    """Let the calls of an endpoint that were made since then and did not arrive wait anew."""
    replayed = session.exec(
        update(Delivery)
        .where(
            col(Delivery.endpoint_id) == endpoint_id,
            col(Delivery.channel).in_(CALLS),
            col(Delivery.state).in_(NOT_ARRIVED),
            col(Delivery.created_at) >= since,
        )
        .values(state=DeliveryState.PENDING, due_at=now, attempts=0, crashes=0)
        .returning(col(Delivery.id))
    ).all()
    _note(session, replayed, DeliveryEventKind.REPLAYED, detail=detail, now=now)
    return sorted(row[0] for row in replayed)


def _note(
    session: Session,
    ids: Sequence[Any],
    kind: DeliveryEventKind,
    *,
    detail: str,
    now: datetime,
) -> None:
    event = {"kind": kind, "at": now, "detail": detail}
    insert_ignore(session, DeliveryEvent, [{"delivery_id": row[0]} | event for row in ids])


def count_calls(
    session: Session, endpoint_ids: Collection[int]
) -> dict[int, dict[DeliveryState, int]]:
    """Return for each of these endpoints how many of its calls stand in each state."""
    rows = session.exec(
        select(col(Delivery.endpoint_id), col(Delivery.state), func.count())
        .where(col(Delivery.endpoint_id).in_(endpoint_ids), col(Delivery.channel).in_(CALLS))
        .group_by(col(Delivery.endpoint_id), col(Delivery.state))
    ).all()
    counts: dict[int, dict[DeliveryState, int]] = {one: {} for one in endpoint_ids}
    for endpoint_id, state, count in rows:
        if endpoint_id is not None:
            counts[endpoint_id][state] = count
    return counts


def last_call(session: Session, endpoint_id: int) -> Delivery | None:
    """Return the call of an endpoint that was made last."""
    return session.exec(
        select(Delivery)
        .where(col(Delivery.endpoint_id) == endpoint_id, col(Delivery.channel).in_(CALLS))
        .order_by(col(Delivery.id).desc())
        .limit(1)
    ).first()
