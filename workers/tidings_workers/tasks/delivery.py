"""Tasks that send."""

from tidings.flows.deliver import deliver
from tidings.jobs import Job
from tidings_workers import wiring
from tidings_workers.app import task


@task(Job.DELIVERY_SEND)
def send(delivery_ids: list[int]) -> None:
    """Send these deliveries; those that are claimed or done already are passed over."""
    deliver(
        wiring.engine(),
        wiring.sender(),
        delivery_ids,
        settings=wiring.settings(),
        owner=wiring.owner(),
        now=wiring.now(),
    )
