"""Finds the worker that is alive and deaf: its process runs, and it consumes nothing.

That happens: the broker came back and a connection did not, or a process is stopped. A pid and an
open connection say nothing about it; what counts is when the worker last consumed a heartbeat.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from time import monotonic

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from tidings.db.session import open_reader
from tidings.db.time import database_now
from tidings.jobs import Job, Queue
from tidings.upkeep.models import Heartbeat, Tick
from tidings.upkeep.queries import heartbeats, last_ticks
from tidings.upkeep.timetable import HEARTBEAT_EVERY
from tidings_workers.children import Child
from tidings_workers.names import process_name

log = structlog.get_logger()

PATIENCE = 3 * HEARTBEAT_EVERY
"""A worker that shares its queues with few others hears one of six heartbeats each time."""
LOOK_SECONDS = 10.0


def is_deaf(
    heard: Sequence[Heartbeat],
    worker: str,
    *,
    since: datetime,
    now: datetime,
    patience: timedelta = PATIENCE,
) -> bool:
    """Say whether ``worker`` has consumed nothing for too long (pure).

    It could have heard something ever ``since``. Any of its queues will do: behind a long backlog
    the heartbeat of one queue is late though the worker works. Heartbeats are shared out among all
    who consume, so the more they are the longer each waits for its own.
    """
    own = [beat.consumed_at for beat in heard if beat.process == worker]
    crowd = {beat.process for beat in heard if now - beat.consumed_at <= patience}
    last = max([since, *own])
    return now - last > patience * max(1, len(crowd) / len(Queue))


class Watchdog:
    """Looks now and then at what a worker consumed, and has it replaced when it is deaf.

    Nobody is blamed for what could not be heard: while the broker is away, the database is, or no
    heartbeat is rung, the worker's time does not run.
    """

    def __init__(
        self,
        child: Child,
        engine: Engine,
        broker_answers: Callable[[], bool],
        *,
        patience: timedelta = PATIENCE,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._child = child
        self._engine = engine
        self._broker_answers = broker_answers
        self._patience = patience
        self._look_seconds = look_seconds
        self._next_look = 0.0
        self._pid = 0
        self._since: datetime | None = None

    def watch(self) -> None:
        """Look, if it is time to."""
        if monotonic() < self._next_look or self._child.process is None:
            return
        self._next_look = monotonic() + self._look_seconds
        if self._pid != self._child.process.pid:
            self._pid, self._since = self._child.process.pid, None
        try:
            with open_reader(self._engine) as session:
                self._judge(session, database_now(session))
        except OperationalError as error:
            self._since = None
            log.warning("watchdog.blind", reason=str(error.orig))

    def _judge(self, session: Session, now: datetime) -> None:
        if self._since is None or not self._is_ringing(session, now):
            self._since = now
            return
        worker = process_name(self._pid)
        if is_deaf(
            heartbeats(session), worker, since=self._since, now=now, patience=self._patience
        ):
            self._child.replace(f"it consumed nothing for {self._patience.total_seconds():.0f} s")

    def _is_ringing(self, session: Session, now: datetime) -> bool:
        rung = [tick.rung_at for tick in _of_heartbeats(last_ticks(session).values())]
        return any(now - at <= 2 * HEARTBEAT_EVERY for at in rung) and self._broker_answers()


def _of_heartbeats(ticks: Iterable[Tick]) -> list[Tick]:
    return [tick for tick in ticks if tick.job.startswith(Job.QUEUE_HEARTBEAT)]
