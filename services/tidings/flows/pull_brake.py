"""Stop all mail: by hand, or because too much of it went out."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import Engine
from sqlmodel import Session

from tidings import keys
from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import commit, open_reader, open_session
from tidings.delivery.models import DeliveryKind
from tidings.delivery.queries import add_delivery, sent_so_many
from tidings.flows.enroll import take_in
from tidings.upkeep.brakes import BY_COUNT, MAIL, add_brake, brake_of, counts_since
from tidings.upkeep.models import Brake
from tidings.upkeep.queries import note_audit

log = structlog.get_logger()

A_DAY = timedelta(hours=24)
ZONE = "UTC"
"""The zone of an operator who is no reader yet."""


def pull_brake(
    session: Session,
    *,
    reason: str,
    by: str,
    settings: Settings,
    now: datetime,
    name: str = MAIL,
) -> int | None:
    """Let no mail go out any more, and tell the operator; return that mail's delivery, if any.

    What waits stays where it is and goes out after ``release_brake``. Safe to call twice: a brake
    is pulled once, and the first reason stays.
    """
    reason = " ".join(reason.split())
    pulled = add_brake(session, Brake(name=name, reason=reason, pulled_by=by, pulled_at=now))
    telling = None
    if pulled:
        note_audit(session, actor=by, action=f"{name}.pause", thing=reason)
        telling = _tell_operator(session, settings=settings, now=now)
    commit(session, "brake.pulled")
    if pulled:
        log.error("brake.pulled", name=name, by=by, reason=reason)
    return telling


def pull_if_too_many(engine: Engine, *, settings: Settings, now: datetime) -> int | None:
    """Pull the brake of mail if as many went out in 24 hours as may; return as pull_brake does.

    Mails from before the brake was last released do not count. One look at an index a call, and
    none at all where there is no limit.
    """
    limit = settings.brake_mails_a_day
    if not limit:
        return None
    with open_reader(engine) as session:
        since = max(now - A_DAY, counts_since(session) or now - A_DAY)
        if brake_of(session) is not None or not sent_so_many(session, limit, since=since):
            return None
    with open_session(engine) as session:
        reason = f"{limit:,} mails went out within 24 hours"
        return pull_brake(session, reason=reason, by=BY_COUNT, settings=settings, now=now)


def _tell_operator(session: Session, *, settings: Settings, now: datetime) -> int | None:
    if settings.operator_address is None:
        return None
    reader = take_in(session, settings.operator_address, time_zone=ZONE, settings=settings, now=now)
    key = keys.brake_key(stored_id(reader.id), now)
    delivery = add_delivery(
        session,
        key=key,
        subscriber_id=stored_id(reader.id),
        kind=DeliveryKind.BRAKE_PULLED,
        message_id=keys.message_id(key, settings.mail_domain),
        due_at=now,
        now=now,
    )
    return delivery.id if delivery else None
