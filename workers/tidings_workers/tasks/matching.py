"""Tasks that turn changes into notices."""

from tidings.flows.match_changes import match_changes
from tidings.jobs import Job
from tidings_workers import wiring
from tidings_workers.app import task


@task(Job.CHANGES_MATCH)
def match() -> None:
    """Match a batch of changes; a change that was matched already is passed over."""
    with wiring.session() as session:
        outcome = match_changes(session, now=wiring.now(), catalogue=wiring.catalogue())
    if outcome.notices:
        wiring.ring(Job.CALLS_COMPOSE)
    if outcome.more:
        wiring.ring(Job.CHANGES_MATCH)
        return
    wiring.ring(Job.ALERTS_COMPOSE)
    wiring.ring(Job.PAGES_CHECK)
