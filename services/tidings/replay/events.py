"""What a replay brought about: every change and every mail, in the order of time."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, func, select

from tidings.config import Settings
from tidings.delivery.models import Delivery, DeliveryState
from tidings.notices.models import Notice
from tidings.notices.reasons import REASONS
from tidings.projects.models import Change, Project, Sweep
from tidings.subscribers.addresses import AddressBook
from tidings.subscribers.models import Subscriber

Event = dict[str, Any]


@dataclass(frozen=True)
class Summary:
    """What the closing table of a replay says."""

    recordings: int
    examined: int
    changes: Mapping[str, int]
    told: int
    held: int
    mails: int


def events(session: Session, settings: Settings) -> list[Event]:
    """Return one object for each stored change and each mail sent; both kinds by time."""
    book = AddressBook(settings.secret)
    found = [*_changes(session), *_mails(session, book)]
    return sorted(found, key=lambda event: event["recorded_at"])


def summarise(session: Session, found: list[Event]) -> Summary:
    """Return the counts of a replay from its store and its events."""
    changes = [event for event in found if event["type"] == "change"]
    sweeps, examined = session.exec(
        select(func.count(), func.coalesce(func.sum(col(Sweep.examined)), 0))
    ).one()
    held = select(func.count()).where(col(Change.held_at).is_not(None))
    return Summary(
        recordings=sweeps,
        examined=examined,
        changes=Counter(event["kind"] for event in changes),
        told=sum(event["told"] for event in changes),
        held=session.exec(held).one(),
        mails=len(found) - len(changes),
    )


def _changes(session: Session) -> Iterator[Event]:
    told = {
        change_id
        for notice in session.exec(select(Notice))
        for reason in REASONS.validate_python(notice.reasons)
        for change_id in reason.change_ids
    }
    rows = session.exec(
        select(Change, Project.key, Sweep.started_at)
        .join(Project, col(Project.id) == col(Change.project_id))
        .join(Sweep, col(Sweep.id) == col(Change.sweep_id))
        .order_by(col(Change.id))
    )
    for change, key, swept_at in rows:
        yield {
            "type": "change",
            "recorded_at": swept_at.isoformat(),
            "appl_id": change.appl_id,
            "project": key,
            "kind": change.kind,
            "severity": change.severity,
            "field": change.field,
            "before": change.before,
            "after": change.after,
            "told": change.id in told,
        }


def _mails(session: Session, book: AddressBook) -> Iterator[Event]:
    rows = session.exec(
        select(Delivery, Subscriber.address)
        .join(Subscriber, col(Subscriber.id) == col(Delivery.subscriber_id))
        .where(Delivery.state == DeliveryState.SENT)
        .order_by(col(Delivery.id))
    ).all()
    projects: dict[int | None, list[str]] = {}
    told = select(Notice.delivery_id, Project.key).join(
        Project, col(Project.id) == col(Notice.project_id)
    )
    for delivery_id, key in session.exec(told.order_by(col(Notice.id))):
        projects.setdefault(delivery_id, []).append(key)
    for delivery, address in rows:
        yield {
            "type": "mail",
            "recorded_at": delivery.sent_at.isoformat() if delivery.sent_at else "",
            "to": book.open(address),
            "kind": delivery.kind,
            "subject": delivery.subject,
            "projects": projects.get(delivery.id, []),
        }
