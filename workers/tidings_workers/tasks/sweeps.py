"""Tasks that read RePORTER."""

from time import monotonic

from tidings.flows.advance_sweep import advance_sweep
from tidings.flows.finish_sweep import finish_sweep
from tidings.flows.read_papers import read_papers
from tidings.flows.start_sweep import start_sweep
from tidings.jobs import Job
from tidings.projects.models import Purpose
from tidings.wiring import open_reporter
from tidings_workers import wiring
from tidings_workers.app import task

STEP_SECONDS = 25.0
"""How long one task reads before it hands over to the next: well under the time limit."""


@task(Job.SWEEP_START)
def start(purpose: str) -> None:
    """Start a sweep, unless one is running."""
    with wiring.session() as session:
        sweep_id = start_sweep(
            session, purpose=Purpose(purpose), settings=wiring.settings(), now=wiring.now()
        )
    if sweep_id is not None:
        wiring.ring(Job.SWEEP_ADVANCE, sweep_id)


@task(Job.SWEEP_ADVANCE)
def advance(sweep_id: int) -> None:
    """Read on for a while; a page that was read already counts once."""
    started = monotonic()
    with open_reporter(wiring.settings(), wiring.engine()) as client:
        done = advance_sweep(
            wiring.engine(), client, sweep_id, now=wiring.now(), seconds=STEP_SECONDS
        )
    if done:
        wiring.ring(Job.SWEEP_FINISH, sweep_id)
    elif monotonic() - started > STEP_SECONDS / 2:  # else somebody else is at it, and rings
        wiring.ring(Job.SWEEP_ADVANCE, sweep_id)


@task(Job.SWEEP_FINISH)
def finish(sweep_id: int) -> None:
    """Write the receipt, and let what changed be matched."""
    with open_reporter(wiring.settings(), wiring.engine()) as client:
        finish_sweep(wiring.engine(), client, sweep_id, now=wiring.now())
    wiring.ring(Job.CHANGES_MATCH)


@task(Job.PAPERS_READ)
def read() -> None:
    """Read on for a while which papers are linked to what projects."""
    with open_reporter(wiring.settings(), wiring.engine()) as client:
        papers = read_papers(
            wiring.engine(),
            client,
            settings=wiring.settings(),
            now=wiring.now(),
            seconds=STEP_SECONDS,
        )
    if papers.more:
        wiring.ring(Job.PAPERS_READ)
    elif papers.sweep_id is not None:
        wiring.ring(Job.CHANGES_MATCH)
