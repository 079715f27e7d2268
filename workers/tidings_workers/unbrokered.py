"""Queues, worker and scheduler in one process: all that works, where there is no broker.

Other processes (the site, the command line) write rows and ring nothing; a look at the rows finds
them within about a second.
"""

import signal
import sys
from threading import Event, Thread

import structlog
from sqlalchemy.exc import OperationalError

from tidings.db.session import open_reader
from tidings.flows.recover import waiting_bells
from tidings.jobs import Job
from tidings.logs import configure_logs
from tidings_workers import scheduler, wiring
from tidings_workers.app import app
from tidings_workers.lanes import call_of

log = structlog.get_logger()

LOOK_SECONDS = 1.0


def run() -> None:
    """Work until the process is told to end; then finish what is in hand, and no more."""
    configure_logs(wiring.settings())
    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stopping.set())
    app.loader.import_default_modules()
    wiring.calm_collector()
    wiring.lanes().start()
    wiring.lanes().put(Job.ROWS_RECOVER)  # whoever worked before may have been killed
    timetable = Thread(target=scheduler.run, daemon=True)
    timetable.start()
    while timetable.is_alive() and not stopping.wait(LOOK_SECONDS):
        look()
    wiring.lanes().stop()
    log.info("lanes.stopped")
    sys.exit(0 if stopping.is_set() else 1)  # without a timetable the supervisor starts us again


def look() -> None:
    """Let idle lanes work on what the rows say is to be done."""
    speed = wiring.settings().clock.speed
    try:
        with open_reader(wiring.engine()) as session:
            drafts = wiring.settings().can_draft
            bells = list(waiting_bells(session, wiring.now(), speed, drafts=drafts))
    except OperationalError as error:  # the database is away: the next look asks again
        log.warning("look.failed", reason=str(error.orig))
        return
    wiring.lanes().look_after(call_of(bell.job, *bell.arguments) for bell in bells)


if __name__ == "__main__":
    run()
