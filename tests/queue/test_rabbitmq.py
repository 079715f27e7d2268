"""The same worker on RabbitMQ: quorum queues, which keep what they have confirmed."""

import pytest
from bells import MAILS, unknowns
from local_nodes import LocalNode
from local_rabbit import LocalRabbit
from relay import RelayServer
from scene import Scene

from tidings.jobs import Job, Queue
from tidings_workers import embedded

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.usefixtures("smtp"),
    pytest.mark.parametrize("engine", ["postgresql"], indirect=True),
]


@pytest.fixture
def broker(rabbit: LocalRabbit) -> LocalNode:
    return rabbit


def test_its_queues_are_durable_quorum_queues_and_it_makes_no_others(
    scene: Scene, rabbit: LocalRabbit
) -> None:
    scene.start_worker()
    queues = rabbit.queues()
    assert set(queues) == {queue.value for queue in Queue}
    assert {queue["type"] for queue in queues.values()} == {"quorum"}
    limit = ["x-delivery-limit", "signedint", 5]
    assert all(limit in queue["arguments"] for queue in queues.values())


def test_mails_that_are_rung_three_times_arrive_once(scene: Scene, relay: RelayServer) -> None:
    worker = scene.start_worker()
    for _ in range(3):
        scene.ring_for(scene.due)
    scene.all_arrive()
    worker.stop(20)
    assert len(relay.messages) == MAILS


def test_a_killed_worker_costs_no_mail_and_at_most_the_one_in_hand_goes_out_twice(
    scene: Scene, relay: RelayServer
) -> None:
    first = scene.start_worker()
    scene.ring_for(scene.due)
    scene.wait(lambda: len(relay.messages) >= 3)
    first.kill()
    scene.start_worker()
    scene.recover()
    scene.all_arrive()
    assert len({message["Message-ID"] for message in relay.messages}) == MAILS
    assert len(relay.messages) <= MAILS + 1


def test_bells_outlive_the_node(scene: Scene, rabbit: LocalRabbit, relay: RelayServer) -> None:
    scene.start_worker().stop(20)  # the queues are made
    scene.ring_for(scene.due)
    rabbit.local.kill()
    rabbit.start_again()
    scene.start_worker()
    scene.all_arrive()  # by the message alone: it was confirmed, and so kept
    assert len(relay.messages) == MAILS


class TestShutdown:
    """A worker that does one thing at a time is told to end."""

    @pytest.fixture
    def worker_command(self) -> list[str]:
        command = embedded.worker_command()
        command[command.index("-c") + 1] = "1"
        return command

    def test_it_finishes_the_batch_in_hand_and_gives_the_others_back(
        self, scene: Scene, relay: RelayServer
    ) -> None:
        worker = scene.start_worker()
        half = MAILS // 2
        scene.ring_for(scene.due[:half])
        scene.ring_for(scene.due[half:])
        scene.wait(lambda: len(relay.messages) >= 1)
        worker.process.terminate()
        assert worker.process.wait(20) == 0
        assert scene.sent() == half
        scene.start_worker()
        scene.all_arrive()
        assert len(relay.messages) == MAILS
        assert unknowns(scene.engine) == 0


def test_a_worker_says_when_it_consumed_last(scene: Scene) -> None:
    scene.start_worker()
    scene.hears()
    scene.ring(Job.ROWS_RECOVER)
    scene.all_arrive()
