"""Tasks that have study pages drafted."""

from tidings.flows.draft_page import draft_page
from tidings.jobs import Job
from tidings.pages.drafting import make_drafter
from tidings_workers import wiring
from tidings_workers.app import task


@task(Job.PAGE_DRAFT)
def draft(version_id: int) -> None:
    """Draft a version that is wanted; one that somebody drafts, or has drafted, is passed over."""
    draft_page(wiring.engine(), make_drafter(wiring.settings()), version_id, now=wiring.now())
