"""Tasks that take in what comes to us by mail."""

from contextlib import closing

from tidings.delivery.mailboxes.make import make_mailbox
from tidings.flows.read_mailbox import LIMIT, read_mailbox
from tidings.jobs import Job
from tidings_workers import wiring
from tidings_workers.app import task
from tidings_workers.chunks import ring_chunks


@task(Job.MAILBOX_READ)
def read() -> None:
    """Take in the returned mail that waits, if it comes to a mailbox that we know."""
    mailbox = make_mailbox(wiring.settings())
    if mailbox is None:
        return
    with closing(mailbox):
        reading = read_mailbox(
            wiring.engine(), mailbox, settings=wiring.settings(), now=wiring.now()
        )
    ring_chunks(Job.DELIVERY_SEND, reading.goodbyes)
    if reading.kinds.total() == LIMIT:
        wiring.ring(Job.MAILBOX_READ)
