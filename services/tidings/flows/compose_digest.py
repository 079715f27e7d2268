"""Put the digests of started runs into the outbox."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

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
    readers_without_news,
    started_runs,
    waiting_for_digests,
)
from tidings.notices.models import DigestRun, DigestRunState
from tidings.notices.shares import share_out

NOTHING_FOR = timedelta(days=27)
"""So long nothing was told before a reader is told that; less than the shortest month."""


def compose_digest(
    session: Session, run_ids: Collection[int], *, settings: Settings, now: datetime
) -> list[int]:
    """Make one mail of what each started run has to tell; return the new deliveries.

    A run with nothing to tell sends nothing, but for a line once a month to who wants a heartbeat.
    Safe to call twice, also at the same time: run, notices and delivery move on in one transaction,
    and the delivery's key is unique.
    """
    runs = {stored_id(run.id): run for run in started_runs(session, run_ids)}
    told = share_out(runs.values(), waiting_for_digests(session, runs.values()), now=now)
    beats = _heartbeats(session, [run for number, run in runs.items() if number not in told], now)
    names = {number: _key(runs[number]) for number in told}
    news, new = _add(session, runs, names, DeliveryKind.DIGEST, settings, now)
    lines, more = _add(session, runs, beats, DeliveryKind.HEARTBEAT, settings, now)
    deliveries = news | lines
    failpoint("digest.added")
    for number, run in runs.items():
        run.delivery_id = deliveries.get(number)
        has_mail = number in deliveries
        run.state = DigestRunState.COMPOSED if has_mail else DigestRunState.SKIPPED_EMPTY
    bundle(session, {notice: news[number] for number in told for notice in told[number]})
    commit(session, "digest.composed")
    return sorted((*new, *more))


def _add(
    session: Session,
    runs: Mapping[int, DigestRun],
    names: Mapping[int, str],
    kind: DeliveryKind,
    settings: Settings,
    now: datetime,
) -> tuple[dict[int, int], list[int]]:
    """Add the mails of runs, by their keys; return the deliveries by run, and the new ones."""
    deliveries, new = add_deliveries(
        session,
        {name: runs[number].subscriber_id for number, name in names.items()},
        kind=kind,
        mail_domain=settings.mail_domain,
        now=now,
    )
    return {number: deliveries[name] for number, name in names.items()}, new


def _heartbeats(session: Session, empty: Collection[DigestRun], now: datetime) -> dict[int, str]:
    """Return the runs, with the keys of their mails, that tell a reader that all is well.

    Of several runs of one reader that end together, each names the same mail.
    """
    readers = {run.subscriber_id for run in empty}
    quiet = readers_without_news(session, readers, since=now - NOTHING_FOR) if readers else ()
    return {
        stored_id(run.id): keys.heartbeat_key(run.subscriber_id, run.period_end)
        for run in empty
        if run.subscriber_id in quiet
    }


def _key(run: DigestRun) -> str:
    return keys.digest_key(run.subscriber_id, run.cadence, run.period_end)
