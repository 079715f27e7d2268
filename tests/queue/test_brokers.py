"""A broker is killed, wiped or changed for another: every mail goes out, and goes out once."""

from collections.abc import Generator
from time import sleep

import pytest
from bells import MAILS, unknowns
from local_app import aimed_at
from local_nodes import LocalNode, LocalValkey
from local_rabbit import LocalRabbit
from relay import RelayServer
from scene import Scene

from tidings.jobs import Job, Queue
from tidings_workers import depths, wiring

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.parametrize("engine", ["sqlite"], indirect=True),
]


@pytest.fixture(params=["valkey", "rabbit"])
def broker(request: pytest.FixtureRequest) -> LocalNode:
    return request.getfixturevalue(request.param)


@pytest.fixture
def asked(broker: LocalNode, monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """Let this process ask the broker how many messages wait."""
    monkeypatch.setenv("TIDINGS_BROKER_URL", broker.url)
    wiring.settings.cache_clear()
    yield
    wiring.settings.cache_clear()


@pytest.mark.usefixtures("smtp")
def test_a_broker_that_is_killed_while_mail_is_being_sent_costs_nothing(
    scene: Scene, broker: LocalNode, relay: RelayServer
) -> None:
    worker = scene.start_worker()
    broker.settle()
    scene.ring_for(scene.due)
    scene.wait(lambda: len(relay.messages) >= 2)
    broker.local.kill()
    sleep(0.5)
    broker.start_again()
    scene.all_arrive()
    scene.hears()
    assert worker.status == "running"
    assert len(relay.messages) == MAILS
    assert unknowns(scene.engine) == 0


@pytest.mark.usefixtures("asked")
def test_depths_are_looked_at_and_no_queue_is_made_by_looking(scene: Scene) -> None:
    assert depths.queue_depths() == dict.fromkeys(Queue, 0)
    scene.ring_for(scene.due)
    scene.ring(Job.ROWS_RECOVER)
    expected = {**dict.fromkeys(Queue, 0), Queue.MAIL: 1, Queue.UPKEEP: 1}
    scene.wait(lambda: depths.queue_depths() == expected)
    scene.start_worker()  # it could not declare a queue that was made with other arguments
    scene.all_arrive()
    scene.wait(lambda: depths.queue_depths() == dict.fromkeys(Queue, 0))


@pytest.mark.usefixtures("asked")
def test_a_broker_that_is_away_cannot_be_asked(scene: Scene, broker: LocalNode) -> None:
    broker.local.kill()
    assert depths.queue_depths() is None
    broker.start_again()
    scene.wait(lambda: depths.queue_depths() is not None)


class TestSwitch:
    """Work was rung at one broker, and from now on there is another."""

    @pytest.fixture
    def broker(self, valkey: LocalValkey) -> LocalNode:
        return valkey

    @pytest.mark.usefixtures("smtp")
    def test_what_was_rung_at_the_old_broker_is_done_once_by_workers_of_the_new(
        self, scene: Scene, broker: LocalNode, rabbit: LocalRabbit, relay: RelayServer
    ) -> None:
        relay.seconds = 0.05
        first = scene.start_worker()
        scene.ring_for(scene.due[: MAILS // 2])
        scene.wait(lambda: len(relay.messages) >= 2)
        scene.ring_for(scene.due[MAILS // 2 :])
        first.process.terminate()
        first.process.wait()
        broker.teardown()
        with aimed_at(rabbit.url):
            scene.start_worker(TIDINGS_BROKER_URL=rabbit.url)
            scene.ring(Job.ROWS_RECOVER)
            scene.all_arrive()
        assert len(relay.messages) == MAILS
