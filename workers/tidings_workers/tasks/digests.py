"""Tasks that turn notices into deliveries."""

from tidings.flows.compose_alerts import compose_alerts
from tidings.flows.compose_digest import compose_digest
from tidings.flows.start_digests import start_digests
from tidings.jobs import Job
from tidings_workers import wiring
from tidings_workers.app import task
from tidings_workers.chunks import ring_chunks


@task(Job.ALERTS_COMPOSE)
def compose_immediate() -> None:
    """Make a delivery of each immediate notice that waits."""
    with wiring.session() as session:
        ids = compose_alerts(session, settings=wiring.settings(), now=wiring.now())
    ring_chunks(Job.DELIVERY_SEND, ids)
    if ids:
        wiring.ring(Job.ALERTS_COMPOSE)


@task(Job.DIGESTS_START)
def start() -> None:
    """Start the digests that are due."""
    with wiring.session() as session:
        run_ids = start_digests(session, now=wiring.now())
    ring_chunks(Job.DIGEST_COMPOSE, run_ids)
    if run_ids:
        wiring.ring(Job.DIGESTS_START)


@task(Job.DIGEST_COMPOSE)
def compose(run_ids: list[int]) -> None:
    """Make a delivery of each run that has something to tell."""
    with wiring.session() as session:
        ids = compose_digest(session, run_ids, settings=wiring.settings(), now=wiring.now())
    ring_chunks(Job.DELIVERY_SEND, ids)
