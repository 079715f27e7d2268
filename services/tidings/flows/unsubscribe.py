"""End what a reader no longer wants: all of it, one follow or one saved search."""

from datetime import datetime

from sqlmodel import Session

from tidings import keys
from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import commit
from tidings.delivery.models import DeliveryKind
from tidings.delivery.queries import add_delivery
from tidings.failpoints import failpoint
from tidings.notices.digest_queries import suppress_emptied, untold_notices
from tidings.notices.endings import without
from tidings.notices.models import Notice, NoticeState
from tidings.notices.reasons import REASONS
from tidings.searches.models import SavedSearch
from tidings.searches.queries import end_saved_searches
from tidings.subscribers.consent import end
from tidings.subscribers.models import EndedReason, Follow, Subscriber, SubscriberState
from tidings.subscribers.queries import (
    delete_schedules,
    end_follows,
    expire_tokens,
    subscriber_locked,
)
from tidings.subscribers.tokens import Scope

UNSUBSCRIBED = "unsubscribed"
TELLING = (DeliveryKind.CHANGE_ALERT, DeliveryKind.DIGEST)
"""The mails that tell notices."""


def unsubscribe(
    session: Session, scope: Scope, *, reason: EndedReason, settings: Settings, now: datetime
) -> int | None:
    """End what ``scope`` names; return the delivery of the goodbye mail, if one is due.

    Nothing that still waits is told afterwards. Safe to call twice: what has ended stays as it
    is, and a reader gets one goodbye. Somebody who never confirmed gets none.
    """
    reader = subscriber_locked(session, scope.subscriber_id)
    goodbye = None
    if reader is not None and scope.is_all:
        goodbye = _end_all(session, reader, reason=reason, settings=settings, now=now)
    elif reader is not None:
        _end_part(session, scope, reason=reason, now=now)
    commit(session, "reader.unsubscribed")
    return goodbye


def _end_all(
    session: Session, reader: Subscriber, *, reason: EndedReason, settings: Settings, now: datetime
) -> int | None:
    if reader.state is SubscriberState.ENDED:
        return None
    subscriber_id, was_active = stored_id(reader.id), reader.state is SubscriberState.ACTIVE
    end(reader, reason=reason, now=now)
    end_follows(session, subscriber_id, reason=reason, now=now)
    end_saved_searches(session, subscriber_id, reason=reason, now=now)
    delete_schedules(session, subscriber_id)
    expire_tokens(session, subscriber_id, now=now)
    for notice in untold_notices(session, subscriber_id):
        _skip(notice)
    failpoint("reader.ended")
    kinds = (*TELLING, DeliveryKind.CONFIRM)  # an unanswered confirm link is worth nothing now
    suppress_emptied(session, subscriber_id, kinds=kinds, reason=UNSUBSCRIBED, now=now)
    return _say_goodbye(session, subscriber_id, settings=settings, now=now) if was_active else None


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


def _end_part(session: Session, scope: Scope, *, reason: EndedReason, now: datetime) -> None:
    table, part_id = (
        (Follow, scope.follow_id)
        if scope.follow_id is not None
        else (SavedSearch, scope.saved_search_id)
    )
    part = session.get(table, part_id, with_for_update=True, populate_existing=True)
    if part is None or part.subscriber_id != scope.subscriber_id or part.ended_at is not None:
        return
    part.ended_at, part.ended_reason = now, reason
    for notice in untold_notices(session, scope.subscriber_id):
        _drop_reasons(notice, scope)
    suppress_emptied(session, scope.subscriber_id, kinds=TELLING, reason=UNSUBSCRIBED, now=now)


def _drop_reasons(notice: Notice, scope: Scope) -> None:
    old = REASONS.validate_python(notice.reasons)
    left = without(old, follow_id=scope.follow_id, saved_search_id=scope.saved_search_id)
    if not left:
        _skip(notice)
    elif left != old:
        notice.reasons = REASONS.dump_python(left, mode="json")


def _skip(notice: Notice) -> None:
    notice.state, notice.skipped_reason = NoticeState.SKIPPED, UNSUBSCRIBED
    notice.delivery_id = None
