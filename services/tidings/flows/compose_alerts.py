"""Put the mails for what readers want to be told at once into the outbox."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlmodel import Session

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import commit
from tidings.failpoints import failpoint
from tidings.notices.alert_queries import (
    ALERTS,
    alerts_since,
    put_into_digest,
    readers_to_alert,
    waiting_alerts,
)
from tidings.notices.alerts import AlertPlan, plan_alerts
from tidings.notices.digest_queries import add_deliveries, bundle
from tidings.notices.quiet import end_of_quiet
from tidings.notices.schedules import ensure_schedule
from tidings.subscribers.models import Cadence, Subscriber
from tidings.subscribers.zones import zone_or_utc

LIMIT = 100
A_DAY = timedelta(hours=24)


def compose_alerts(
    session: Session, *, settings: Settings, now: datetime, limit: int = LIMIT
) -> list[int]:
    """Make the alerts of what waits to be told at once; return the new deliveries.

    At most ``limit`` readers a call, those who wait longest first. Once a sweep is matched through,
    many notices of it for one reader are one mail; a reader who had many alerts today gets the rest
    in tomorrow's digest; and in a reader's quiet hours the mails wait for their end. Safe to call
    twice, also at the same time: a reader is locked, a notice is bundled in the transaction that
    adds its delivery, and the delivery's key is unique.
    """
    readers = {stored_id(row.id): row for row in readers_to_alert(session, limit=limit)}
    made = alerts_since(session, readers, since=now - A_DAY)
    plan = plan_alerts(
        waiting_alerts(session, readers),
        roll_up_after=settings.roll_up_after,
        allowed={reader: settings.alerts_a_day - count for reader, count in made.items()},
    )
    new = _add_mails(session, plan, readers.values(), settings=settings, now=now)
    if plan.too_many:
        put_into_digest(session, plan.too_many)
        for subscriber_id in plan.overrun:
            ensure_schedule(session, readers[subscriber_id], Cadence.DAILY, now=now)
    commit(session, "alerts.composed")
    return new


def _add_mails(
    session: Session,
    plan: AlertPlan,
    readers: Collection[Subscriber],
    *,
    settings: Settings,
    now: datetime,
) -> list[int]:
    not_before = {
        stored_id(reader.id): end
        for reader in readers
        if (end := _end_of_quiet(reader, now)) is not None
    }
    stored: dict[str, int] = {}
    new: list[int] = []
    for kind in ALERTS:
        keys, added = add_deliveries(
            session,
            {mail.key: mail.subscriber_id for mail in plan.mails if mail.kind is kind},
            kind=kind,
            mail_domain=settings.mail_domain,
            now=now,
            not_before=not_before,
        )
        stored |= keys
        new += added
    failpoint("alerts.added")
    bundle(session, {notice: stored[mail.key] for mail in plan.mails for notice in mail.notice_ids})
    return sorted(new)


def _end_of_quiet(reader: Subscriber, now: datetime) -> datetime | None:
    zone = zone_or_utc(reader.time_zone)
    return end_of_quiet(zone, reader.quiet_from, reader.quiet_until, now)
