"""End what a reader no longer wants: all of it, one follow or one saved search."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from tidings import keys
from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import commit
from tidings.delivery.models import DeliveryKind
from tidings.delivery.queries import add_delivery
from tidings.flows.end_reader import UNSUBSCRIBED, end_reader, skip
from tidings.notices.digest_queries import suppress_emptied, untold_notices
from tidings.notices.endings import without
from tidings.notices.models import Notice
from tidings.notices.reasons import REASONS
from tidings.projects.queries import project_by_key
from tidings.searches.models import SavedSearch
from tidings.searches.queries import live_saved_search
from tidings.subscribers.models import EndedReason, Follow, Subscriber, SubscriberState
from tidings.subscribers.queries import live_follow, subscriber_locked
from tidings.subscribers.tokens import Scope

TELLING = (DeliveryKind.CHANGE_ALERT, DeliveryKind.ROLL_UP, DeliveryKind.DIGEST)
"""The mails that tell notices."""


@dataclass(frozen=True)
class Part:
    """One thing that a reader may have asked for: a study by its key, or a distinct search."""

    study: str | None = None
    search_id: int | None = None


def unsubscribe(
    session: Session,
    scope: Scope,
    *,
    part: Part | None = None,
    reason: EndedReason,
    settings: Settings,
    now: datetime,
) -> int | None:
    """End what ``scope`` names; return the delivery of the goodbye mail, if one is due.

    With a ``part`` only that ends, if the reader has it, whatever else the scope names. Nothing
    that still waits is told afterwards. Safe to call twice: what has ended stays as it is, and a
    reader gets one goodbye. Somebody who never confirmed gets none.
    """
    reader = subscriber_locked(session, scope.subscriber_id)
    goodbye = None
    if reader is not None and part is None and scope.is_all:
        goodbye = _end_all(session, reader, reason=reason, settings=settings, now=now)
    elif reader is not None:
        row = _in_scope(session, scope) if part is None else _of_reader(session, scope, part)
        end_one(session, scope.subscriber_id, row, reason=reason, now=now)
    commit(session, "reader.unsubscribed")
    return goodbye


def _end_all(
    session: Session, reader: Subscriber, *, reason: EndedReason, settings: Settings, now: datetime
) -> int | None:
    was_active = reader.state is SubscriberState.ACTIVE
    end_reader(session, reader, reason=reason, now=now)
    if not was_active:
        return None
    return _say_goodbye(session, stored_id(reader.id), settings=settings, now=now)


def _say_goodbye(
    session: Session, subscriber_id: int, *, settings: Settings, now: datetime
) -> int | None:
    key = keys.goodbye_key(subscriber_id, now)
    delivery = add_delivery(
        session,
        key=key,
        subscriber_id=subscriber_id,
        kind=DeliveryKind.GOODBYE,
        due_at=now,
        now=now,
        message_id=keys.message_id(key, settings.mail_domain),
    )
    return delivery.id if delivery else None


def _in_scope(session: Session, scope: Scope) -> Follow | SavedSearch | None:
    if scope.follow_id is None:
        return session.get(SavedSearch, scope.saved_search_id, populate_existing=True)
    row = session.get(Follow, scope.follow_id)
    if row is None or row.subscriber_id != scope.subscriber_id:
        return None
    # A change of cadence may have put another row in its place since the mail was sent.
    return live_follow(session, scope.subscriber_id, row.project_id)


def _of_reader(session: Session, scope: Scope, part: Part) -> Follow | SavedSearch | None:
    if part.search_id is not None:
        return live_saved_search(session, scope.subscriber_id, part.search_id)
    project = project_by_key(session, part.study or "")
    return live_follow(session, scope.subscriber_id, stored_id(project.id)) if project else None


def end_one(
    session: Session,
    subscriber_id: int,
    row: Follow | SavedSearch | None,
    *,
    reason: EndedReason,
    now: datetime,
) -> None:
    """End a live follow or saved search of this reader, and what waits because of it alone.

    The caller, who has locked the reader, commits.
    """
    if row is None or row.subscriber_id != subscriber_id or row.ended_at is not None:
        return
    row.ended_at, row.ended_reason = now, reason
    gone = {"follow_id" if isinstance(row, Follow) else "saved_search_id": row.id}
    for notice in untold_notices(session, subscriber_id):
        _drop_reasons(notice, gone)
    suppress_emptied(session, subscriber_id, kinds=TELLING, reason=UNSUBSCRIBED, now=now)


def _drop_reasons(notice: Notice, gone: Mapping[str, int | None]) -> None:
    old = REASONS.validate_python(notice.reasons)
    left = without(old, **gone)
    if not left:
        skip(notice)
    elif left != old:
        notice.reasons = REASONS.dump_python(left, mode="json")
