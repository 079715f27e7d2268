"""Who is deaf, and what becomes of a worker that is."""

import os
import signal
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from threading import Thread
from time import sleep

import pytest
from bells import MAILS
from local_nodes import LocalNode
from relay import RelayServer
from scene import Scene
from sqlalchemy import Engine

from tidings.db.session import open_session
from tidings.db.time import database_now
from tidings.jobs import Job, Queue
from tidings.upkeep.models import Heartbeat
from tidings.upkeep.queries import heartbeats, ring_slot
from tidings_workers import brokers, children, embedded
from tidings_workers.children import Child
from tidings_workers.embedded import Supervisor
from tidings_workers.names import process_name
from tidings_workers.watchdog import PATIENCE, Watchdog, is_deaf

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=1)
BIT = timedelta(seconds=1)


def beat(process: str, ago: timedelta, queue: str = "mail") -> Heartbeat:
    return Heartbeat(process=process, queue=queue, consumed_at=NOW - ago)


def test_a_worker_that_consumed_nothing_for_too_long_is_deaf() -> None:
    assert is_deaf([beat("us", PATIENCE + BIT)], "us", since=LONG_AGO, now=NOW)
    assert is_deaf([], "us", since=LONG_AGO, now=NOW)


def test_one_queue_that_is_consumed_from_is_enough() -> None:
    heard = [beat("us", PATIENCE * 2), beat("us", BIT, "sweep")]
    assert not is_deaf(heard, "us", since=LONG_AGO, now=NOW)


def test_what_others_consume_does_not_count() -> None:
    heard = [beat("us", PATIENCE + BIT), beat("them", BIT)]
    assert is_deaf(heard, "us", since=LONG_AGO, now=NOW)


def test_a_worker_is_given_as_long_from_its_start() -> None:
    assert not is_deaf([], "us", since=NOW - PATIENCE, now=NOW)
    assert is_deaf([], "us", since=NOW - PATIENCE - BIT, now=NOW)


def test_one_of_very_many_is_given_longer_for_it_hears_less() -> None:
    many = [beat(f"w{number}", BIT) for number in range(2 * len(Queue))]
    assert not is_deaf([*many, beat("us", PATIENCE * 2)], "us", since=LONG_AGO, now=NOW)
    assert is_deaf([*many, beat("us", PATIENCE * 2 + BIT)], "us", since=LONG_AGO, now=NOW)


class Watched:
    """A supervisor with one worker, watched in a thread; heartbeats are rung as fast as asked."""

    def __init__(self, scene: Scene, broker: LocalNode) -> None:
        self.supervisor = Supervisor()
        self.child = Child("worker", embedded.worker_command(), env=scene.worker_env)
        self.supervisor.add(self.child)
        patience, often = timedelta(seconds=5), 0.3
        self.supervisor.watchdogs.append(
            Watchdog(
                self.child,
                scene.engine,
                lambda: brokers.answers(broker.url),
                patience=patience,
                look_seconds=often,
            )
        )
        self.thread = Thread(target=self.supervisor.watch)
        self.thread.start()

    @property
    def pid(self) -> int:
        """The worker's process."""
        assert self.child.process is not None
        return self.child.process.pid

    def end(self) -> None:
        """End both."""
        self.supervisor.stopping.set()
        self.thread.join()
        self.supervisor.stop()


def ring_heartbeats(scene: Scene) -> None:
    """Ring as the timetable does."""
    with open_session(scene.engine) as session:
        ring_slot(session, f"{Job.QUEUE_HEARTBEAT} mail", database_now(session))
        session.commit()
    for queue in Queue:
        scene.ring(Job.QUEUE_HEARTBEAT, queue.value, queue=queue)


def consumes(engine: Engine, pid: int) -> bool:
    with open_session(engine) as session:
        return process_name(pid) in {beat.process for beat in heartbeats(session)}


@pytest.mark.timeout(120)
@pytest.mark.usefixtures("smtp")
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
class TestSupervised:
    """A worker under the supervisor of ``tidings up``."""

    @pytest.fixture
    def watched(
        self, scene: Scene, broker: LocalNode, monkeypatch: pytest.MonkeyPatch
    ) -> Generator[Watched]:
        monkeypatch.setattr(children, "STOP_SECONDS", 2.0)
        made = Watched(scene, broker)
        yield made
        made.end()

    def test_one_that_is_stopped_is_replaced_and_its_mails_arrive(
        self, scene: Scene, watched: Watched, relay: RelayServer
    ) -> None:
        first = watched.pid
        ring_heartbeats(scene)
        scene.wait(lambda: consumes(scene.engine, first))
        scene.ring_for(scene.due)
        scene.wait(lambda: len(relay.messages) >= 2)
        os.kill(first, signal.SIGSTOP)
        ring_heartbeats(scene)
        scene.wait(lambda: watched.pid != first)
        scene.recover()
        scene.all_arrive()
        ring_heartbeats(scene)
        scene.wait(lambda: consumes(scene.engine, watched.pid))
        assert len({message["Message-ID"] for message in relay.messages}) == MAILS
        assert len(relay.messages) <= MAILS + 1

    def test_one_that_hears_nothing_because_the_broker_is_away_is_left_alone(
        self, scene: Scene, watched: Watched, broker: LocalNode
    ) -> None:
        first = watched.pid
        ring_heartbeats(scene)
        scene.wait(lambda: consumes(scene.engine, first))
        broker.local.kill()
        sleep(6.5)  # longer than it may be deaf
        assert watched.pid == first
        assert not watched.child.kill_at
