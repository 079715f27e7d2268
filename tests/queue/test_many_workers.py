"""Several workers at once, and every bell rung more often than it should be, or too late."""

import pytest
from bells import MAILS, unknowns
from local_nodes import LocalValkey
from relay import RelayServer
from scene import Scene

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.db.time import database_now
from tidings.delivery.senders.make import make_sender
from tidings.flows.deliver import deliver
from tidings.jobs import Job

pytestmark = [pytest.mark.timeout(120), pytest.mark.usefixtures("smtp")]


def test_two_workers_and_doubled_bells_send_each_mail_once(
    scene: Scene, relay: RelayServer
) -> None:
    relay.seconds = 0.02
    workers = [scene.start_worker(), scene.start_worker()]
    for _ in range(2):
        for step in (1, 4, MAILS):  # alone, in fours, and all at once
            for start in range(0, MAILS, step):
                scene.ring_for(scene.due[start : start + step])
        scene.ring(Job.ROWS_RECOVER)
    scene.all_arrive()
    for worker in workers:
        worker.stop(20)
    assert len(relay.messages) == MAILS
    assert unknowns(scene.engine) == 0


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_message_that_comes_after_its_work_was_done_elsewhere_does_nothing(
    scene: Scene, settings: Settings, valkey: LocalValkey, relay: RelayServer
) -> None:
    scene.ring_for(scene.due)
    send_by_hand(scene, settings, relay)
    assert scene.sent() == len(relay.messages) == MAILS
    assert valkey.client.llen("mail") == 1
    scene.start_worker()
    scene.wait(lambda: valkey.client.llen("mail") == valkey.client.hlen("unacked") == 0)
    assert len(relay.messages) == MAILS


def send_by_hand(scene: Scene, settings: Settings, relay: RelayServer) -> None:
    smtp = {"sender": "smtp", "smtp_port": relay.port, "smtp_tls": "none"}
    by_hand = settings.model_copy(update=smtp)
    with open_session(scene.engine) as session:
        now = database_now(session)
    sender = make_sender(by_hand)
    deliver(scene.engine, sender, scene.due, settings=by_hand, owner="by hand", now=now)
    sender.close()
