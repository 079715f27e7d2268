"""Tasks that call readers' endpoints."""

from threading import BoundedSemaphore

from tidings.flows.compose_calls import compose_calls
from tidings.flows.deliver_calls import deliver_calls
from tidings.jobs import Job
from tidings_workers import wiring
from tidings_workers.app import task
from tidings_workers.chunks import ring_chunks

AT_ONCE = 2
"""Batches that the threads of one process send at once, so that some are always left for mail."""

_free = BoundedSemaphore(AT_ONCE)


@task(Job.CALLS_COMPOSE)
def compose() -> None:
    """Make the calls of each notice that waits for them."""
    with wiring.session() as session:
        ids = compose_calls(session, settings=wiring.settings(), now=wiring.now())
    ring_chunks(Job.CALLS_SEND, ids)
    if ids:
        wiring.ring(Job.CALLS_COMPOSE)


@task(Job.CALLS_SEND)
def send(delivery_ids: list[int]) -> None:
    """Make these calls, if a thread may be spared; recover rings again for those that wait."""
    if not _free.acquire(blocking=False):
        return
    try:
        outcome = deliver_calls(
            wiring.engine(),
            wiring.call_senders(),
            delivery_ids,
            settings=wiring.settings(),
            owner=wiring.owner(),
            now=wiring.now(),
        )
    finally:
        _free.release()
    ring_chunks(Job.DELIVERY_SEND, outcome.mails)
