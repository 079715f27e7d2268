"""Put the digests of started runs into the outbox."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session

from tidings import keys
from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import commit
from tidings.delivery.models import DeliveryKind
from tidings.failpoints import failpoint
from tidings.notices.digest_queries import (
    add_deliveries,
    bundle,
    started_runs,
    waiting_for_digests,
)
from tidings.notices.models import DigestRun, DigestRunState
from tidings.notices.shares import share_out


def compose_digest(
    session: Session, run_ids: Collection[int], *, settings: Settings, now: datetime
) -> list[int]:
    """Make one mail of what each started run has to tell; return the new deliveries.

    A run with nothing to tell sends nothing. Safe to call twice, also at the same time: run,
    notices and delivery move on in one transaction, and the delivery's key is unique.
    """
    runs = {stored_id(run.id): run for run in started_runs(session, run_ids)}
    told = share_out(runs.values(), waiting_for_digests(session, runs.values()), now=now)
    names = {run_id: _key(runs[run_id]) for run_id in told}
    deliveries, new = add_deliveries(
        session,
        {names[run_id]: runs[run_id].subscriber_id for run_id in told},
        kind=DeliveryKind.DIGEST,
        mail_domain=settings.mail_domain,
        now=now,
    )
    failpoint("digest.added")
    for run_id, run in runs.items():
        run.state = DigestRunState.COMPOSED if run_id in told else DigestRunState.SKIPPED_EMPTY
        run.delivery_id = deliveries[names[run_id]] if run_id in told else None
    bundle(
        session,
        {notice: deliveries[names[run_id]] for run_id, found in told.items() for notice in found},
    )
    commit(session, "digest.composed")
    return new


def _key(run: DigestRun) -> str:
    return keys.digest_key(run.subscriber_id, run.cadence, run.period_end)
