"""Threads that do what workers do elsewhere, for an installation without a broker.

A lane is one thread and what waits for it. Nothing that waits here need survive: the rows say what
is to be done, and whoever starts next looks at them.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Condition, Thread
from typing import Any

import structlog
from structlog.contextvars import bind_contextvars, clear_contextvars

from tidings.errors import RetryableError
from tidings.jobs import Job, JobArgument, Queue
from tidings_workers.app import ROUTES, app

log = structlog.get_logger()

LANES = (
    (Queue.MAIL,),
    (Queue.CALLS,),
    (Queue.DIGESTS, Queue.MATCHING, Queue.INGEST),
    (Queue.SWEEP,),
    (Queue.UPKEEP,),
)
"""The queues of each lane: a slow relay, endpoint or RePORTER holds up no other work."""


@dataclass(frozen=True)
class Call:
    """A job with what it was rung with, on its queue."""

    queue: Queue
    job: Job
    arguments: tuple[JobArgument, ...] = ()


def call_of(job: Job, *arguments: JobArgument, queue: Queue | None = None) -> Call:
    """Return the call of a job on its queue, or on another."""
    return Call(queue or ROUTES[job], job, arguments)


class Lane:
    """One thread, and the calls that wait for it; a call that waits already is not added."""

    def __init__(self, do: Callable[[Call], None]) -> None:
        self._do = do
        self._waiting: deque[Call] = deque()
        self._changed = Condition()
        self._open = False
        self._thread: Thread | None = None
        self._busy = False

    def start(self) -> None:
        """Begin to work."""
        self._open = True
        self._thread = Thread(target=self._work)
        self._thread.start()

    def put(self, call: Call) -> None:
        """Let ``call`` wait, if the lane is open."""
        with self._changed:
            if self._open and call not in self._waiting:
                self._waiting.append(call)
                self._changed.notify()

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to do."""
        with self._changed:
            return not (self._busy or self._waiting)

    def close(self) -> None:
        """Begin nothing more; what waits is forgotten, its rows are not."""
        with self._changed:
            self._open = False
            self._waiting.clear()
            self._changed.notify()

    def join(self) -> None:
        """Return when what was in hand is done."""
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        while (call := self._next()) is not None:
            self._do(call)

    def _next(self) -> Call | None:
        with self._changed:
            self._busy = False
            self._changed.wait_for(lambda: self._waiting or not self._open)
            if not self._waiting:
                return None
            self._busy = True
            return self._waiting.popleft()


def do_task(call: Call) -> None:
    """Run the task behind the job; what goes wrong is logged, and the row waits on."""
    task: Any = app.tasks[call.job.value]
    bind_contextvars(job=call.job.value)
    try:
        task(*call.arguments)
    except RetryableError as error:
        log.warning("task.failed", reason=str(error))
    except Exception:  # the edge of the process: a bug in one task ends no other
        log.exception("task.broken")
    finally:
        clear_contextvars()


class Lanes:
    """All lanes. Until ``start`` nothing is put: the process only writes rows, others work."""

    def __init__(self, do: Callable[[Call], None] = do_task) -> None:
        self._by_queue = {queue: lane for group in LANES for lane in [Lane(do)] for queue in group}
        self._looked_after: list[Call] = []

    def start(self) -> None:
        """Begin to work."""
        for lane in self.all():
            lane.start()

    def put(self, job: Job, *arguments: JobArgument, queue: Queue | None = None) -> None:
        """Let a job wait for its lane."""
        call = call_of(job, *arguments, queue=queue)
        self._by_queue[call.queue].put(call)

    def look_after(self, calls: Iterable[Call]) -> None:
        """Put what a look at the rows found, where a lane is idle and the look before put it not.

        What is found again after it was put cannot be done now: recover comes back to it.
        """
        found = list(calls)
        idle = {queue for queue, lane in self._by_queue.items() if lane.is_idle}
        known = [call for call in self._looked_after if call in found]
        new = [call for call in found if call.queue in idle and call not in known]
        self._looked_after = known + new
        for call in new:
            self._by_queue[call.queue].put(call)

    def stop(self) -> None:
        """Finish what is in hand, and begin nothing more."""
        for lane in self.all():
            lane.close()
        for lane in self.all():
            lane.join()

    def all(self) -> list[Lane]:
        """Return every lane once."""
        return list(dict.fromkeys(self._by_queue.values()))
