"""Put the mails for what readers want to be told at once into the outbox."""

from datetime import datetime

from sqlmodel import Session

from tidings import keys
from tidings.config import Settings
from tidings.db.session import commit
from tidings.delivery.models import DeliveryKind
from tidings.failpoints import failpoint
from tidings.notices.digest_queries import add_deliveries, bundle, waiting_alerts

LIMIT = 500


def compose_alerts(
    session: Session, *, settings: Settings, now: datetime, limit: int = LIMIT
) -> list[int]:
    """Make one alert of each waiting notice that is to be told at once; return the new deliveries.

    At most ``limit`` a call, oldest first. Safe to call twice, also at the same time: a notice is
    bundled in the transaction that adds its delivery, and the delivery's key is unique.
    """
    alerts = {
        keys.alert_key(alert.subscriber_id, alert.project_id, alert.sweep_id): alert
        for alert in waiting_alerts(session, limit=limit)
    }
    deliveries, new = add_deliveries(
        session,
        {key: alert.subscriber_id for key, alert in alerts.items()},
        kind=DeliveryKind.CHANGE_ALERT,
        mail_domain=settings.mail_domain,
        now=now,
    )
    failpoint("alerts.added")
    bundle(session, {alert.notice_id: deliveries[key] for key, alert in alerts.items()})
    commit(session, "alerts.composed")
    return new
