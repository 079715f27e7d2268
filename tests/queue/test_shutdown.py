"""A worker is told to end while it has work in hand, or is stopped for so long that it is late."""

import pytest
from bells import MAILS, unknowns
from relay import RelayServer
from scene import Scene

from tidings.jobs import Job
from tidings_workers import embedded
from tidings_workers.children import STOP_SECONDS

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.usefixtures("smtp"),
    pytest.mark.parametrize("engine", ["sqlite"], indirect=True),
]

BATCH = 5


@pytest.fixture(params=["threads", "prefork"])
def worker_command(request: pytest.FixtureRequest) -> list[str]:
    command = embedded.worker_command(request.param)
    command[command.index("-c") + 1] = "1"  # so that a batch waits in the worker's hands
    return command


def test_it_finishes_the_batch_in_hand_gives_the_others_back_and_ends_in_time(
    scene: Scene, relay: RelayServer
) -> None:
    worker = scene.start_worker()
    for start in range(0, MAILS, BATCH):
        scene.ring_for(scene.due[start : start + BATCH])
    scene.wait(lambda: len(relay.messages) >= 1)
    worker.process.terminate()
    assert worker.process.wait(STOP_SECONDS) == 0
    assert scene.sent() % BATCH == 0
    assert BATCH <= scene.sent() < MAILS
    scene.start_worker()
    scene.all_arrive()  # by the messages alone: none was lost
    assert len(relay.messages) == MAILS
    assert unknowns(scene.engine) == 0


def test_one_that_was_stopped_until_its_lease_ended_does_no_harm_when_it_goes_on(
    scene: Scene, relay: RelayServer
) -> None:
    first = scene.start_worker(TIDINGS_DELIVERY_LEASE="2")
    scene.ring_for(scene.due)
    scene.wait(lambda: len(relay.messages) >= 3)
    first.kill("SIGSTOP")
    scene.start_worker(TIDINGS_DELIVERY_LEASE="90")
    scene.recover()
    scene.all_arrive()
    first.kill("SIGCONT")
    scene.ring(Job.ROWS_RECOVER)
    scene.wait(lambda: b"delivery.overtaken" in first.logs())
    assert scene.sent() == MAILS
    assert len({message["Message-ID"] for message in relay.messages}) == MAILS
    assert len(relay.messages) <= MAILS + 1  # the one that was in hand
