"""Tasks that look after what editors published."""

from tidings.flows.check_pages import check_pages
from tidings.jobs import Job
from tidings_workers import wiring
from tidings_workers.app import task


@task(Job.PAGES_CHECK)
def check() -> None:
    """Mark the published sentences that their records do not bear any more."""
    check_pages(wiring.engine(), now=wiring.now())
