"""What most tests of the queue begin with: mails that wait, a broker, and workers to start."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import bells
from local_nodes import LocalCeleryWorker, LocalProcess, Wait
from sqlalchemy import Engine

from tidings.db.session import open_session
from tidings.jobs import Job, Queue
from tidings.upkeep.queries import heartbeats


@dataclass(frozen=True)
class Scene:
    """The parts, and what tests do with them."""

    app: Any
    engine: Engine
    due: Sequence[int]
    worker_env: dict[str, str]
    start: Callable[[], LocalCeleryWorker]
    wait: Wait

    def start_worker(self, **env: str) -> LocalProcess:
        """Start a worker, with more in its environment."""
        self.worker_env.update(env)
        return self.start().node.local

    def ring(self, job: Job, *arguments: Any, queue: Queue | None = None) -> None:
        """Put a job on its queue, or on another."""
        bells.ring(self.app, job, *arguments, queue=queue)

    def ring_for(self, ids: Sequence[int]) -> None:
        """Ring for these mails."""
        self.ring(Job.DELIVERY_SEND, list(ids))

    def recover(self) -> None:
        """Let the minutes pass that a dead worker's mails wait, and find them."""
        bells.let_leases_end(self.engine)
        self.ring(Job.ROWS_RECOVER)

    def sent(self) -> int:
        """Return how many mails are sent."""
        return bells.sent(self.engine)

    def hears(self) -> None:
        """Wait until a worker has consumed from the queue of mail, as of now."""
        before = self._heard()
        self.ring(Job.QUEUE_HEARTBEAT, Queue.MAIL.value, queue=Queue.MAIL)
        self.wait(lambda: self._heard() != before)

    def _heard(self) -> set[tuple[str, datetime]]:
        with open_session(self.engine) as session:
            return {(beat.process, beat.consumed_at) for beat in heartbeats(session)}

    def all_arrive(self) -> None:
        """Wait until every mail is sent."""
        self.wait(lambda: self.sent() == bells.MAILS)
