"""Tasks that keep the system running."""

from tidings.flows.prune import prune
from tidings.flows.recover import recover
from tidings.jobs import Job
from tidings.upkeep.queries import beat
from tidings_workers import wiring
from tidings_workers.app import app


@app.task(name=Job.ROWS_RECOVER.value)
def recover_rows() -> None:
    """Ring again for every row that waits too long."""
    for bell in recover(wiring.engine(), now=wiring.now(), settings=wiring.settings()):
        wiring.ring(bell.job, *bell.arguments)


@app.task(name=Job.ROWS_PRUNE.value)
def prune_rows() -> None:
    """Delete what the retention rules say."""
    with wiring.session() as session:
        prune(session, now=wiring.now())


@app.task(name=Job.QUEUE_HEARTBEAT.value)
def note_heartbeat(queue: str) -> None:
    """Note that this process consumed from ``queue`` just now."""
    with wiring.session() as session:
        beat(session, wiring.owner(), queue)
        session.commit()
