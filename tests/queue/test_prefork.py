"""A worker of processes instead of threads: one of them dies, and the others hardly notice."""

import os
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from bells import MAILS, states
from relay import RelayServer
from scene import Scene
from sqlalchemy import Engine

from tidings.db.session import open_session
from tidings.delivery.models import DeliveryState
from tidings.failpoints import FOLDER, PLAN
from tidings.flows.record_results import MOST_CRASHES
from tidings.jobs import Job, Queue
from tidings.upkeep.queries import heartbeats
from tidings_workers import embedded, wiring
from tidings_workers.names import process_name

pytestmark = pytest.mark.timeout(120)

KILLED = b"WorkerLostError('Worker exited prematurely"


@pytest.fixture
def worker_command() -> list[str]:
    return embedded.worker_command("prefork")


@pytest.mark.usefixtures("smtp")
def test_a_process_that_is_killed_between_a_mail_and_its_answer_costs_at_most_that_one_twice(
    scene: Scene, relay: RelayServer, tmp_path: Path
) -> None:
    plan = {PLAN: "smtp.dot:after=kill@5", FOLDER: str(tmp_path)}
    worker = scene.start_worker(**plan)
    scene.ring_for(scene.due)
    scene.wait(lambda: KILLED in worker.logs())
    scene.recover()
    scene.all_arrive()
    assert worker.status == "running"
    assert len({message["Message-ID"] for message in relay.messages}) == MAILS
    assert len(relay.messages) <= MAILS + 1


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
class TestPoison:
    """One mail kills whoever takes it in hand."""

    @pytest.fixture
    def worker_command(self) -> list[str]:
        command = embedded.worker_command("prefork")
        command[command.index("tidings_workers.app")] = "poisoned_app"
        return command

    def test_it_becomes_a_dead_letter_and_the_others_of_its_batch_arrive(
        self, scene: Scene
    ) -> None:
        worker = scene.start_worker(
            PYTHONPATH=str(Path(__file__).parent), TIDINGS_LOG_FORMAT="json"
        )
        scene.ring_for(scene.due)
        for crashes in range(1, MOST_CRASHES + 1):
            scene.wait(lambda n=crashes: worker.logs().count(KILLED) == n)
            scene.recover()
        ends = {DeliveryState.SENT: MAILS - 1, DeliveryState.FAILED: 1}
        scene.wait(lambda: states(scene.engine) == ends)
        assert worker.logs().count(KILLED) == MOST_CRASHES


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_worker_of_processes_beats_under_its_own_name(scene: Scene) -> None:
    worker = scene.start_worker()
    for queue in Queue:
        scene.ring(Job.QUEUE_HEARTBEAT, queue.value, queue=queue)
    name = process_name(worker.process.pid)
    scene.wait(lambda: beating(scene.engine) == {(name, queue.value) for queue in Queue})


def beating(engine: Engine) -> set[tuple[str, str]]:
    with open_session(engine) as session:
        return {(beat.process, beat.queue) for beat in heartbeats(session)}


def test_a_forked_process_opens_its_own_connections(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TIDINGS_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("TIDINGS_DATABASE_URL", raising=False)
    wiring.settings.cache_clear()
    wiring.engine.cache_clear()
    inherited, sender = wiring.engine(), wiring.sender()

    def child(answers: Any) -> None:
        wiring.start_afresh()
        own = wiring.engine() is not inherited, wiring.sender() is not sender
        answers.send((os.getpid(), *own))

    ours, theirs = get_context("fork").Pipe()
    process = get_context("fork").Process(target=child, args=(theirs,))
    process.start()
    pid, has_own_engine, has_own_sender = ours.recv()
    process.join()
    wiring.engine.cache_clear()
    wiring.settings.cache_clear()
    assert pid != os.getpid()
    assert has_own_engine
    assert has_own_sender
    assert wiring.sender() is sender
