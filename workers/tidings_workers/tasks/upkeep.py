"""Tasks that keep the system running."""

from tidings.db.session import commit
from tidings.flows.apply_watchlist import apply_watchlists
from tidings.flows.guard_sender import guard_sender
from tidings.flows.prune import prune
from tidings.flows.recover import recover
from tidings.jobs import Job
from tidings.upkeep.queries import beat
from tidings.upkeep.timetable import THOROUGH
from tidings_workers import wiring
from tidings_workers.app import task


@task(Job.ROWS_RECOVER)
def recover_rows(how: str = "") -> None:
    """Ring again for every row that waits too long; stop all mail if our domain is refused."""
    guard_sender(wiring.engine(), settings=wiring.settings(), now=wiring.now())
    bells = recover(
        wiring.engine(),
        settings=wiring.settings(),
        is_idempotent=wiring.sender().is_idempotent,
        now=wiring.now(),
        thorough=how == THOROUGH,
    )
    for bell in bells:
        wiring.ring(bell.job, *bell.arguments)


@task(Job.WATCHLISTS_APPLY)
def apply_lists(list_follow_ids: list[int]) -> None:
    """Bring these follows of lists to the newest version; one that is there is passed over."""
    with wiring.session() as session:
        apply_watchlists(session, list_follow_ids, now=wiring.now())


@task(Job.ROWS_PRUNE)
def prune_rows() -> None:
    """Delete what the retention rules say."""
    with wiring.session() as session:
        prune(session, now=wiring.now())


@task(Job.QUEUE_HEARTBEAT)
def note_heartbeat(queue: str) -> None:
    """Note that this worker consumed from ``queue`` just now."""
    with wiring.session() as session:
        beat(session, wiring.worker_name(), queue)
        commit(session, "heartbeat.noted")
