"""A worker is killed while the relay takes its mails one by one."""

import pytest
from bells import MAILS
from relay import RelayServer
from scene import Scene

pytestmark = [pytest.mark.timeout(120), pytest.mark.usefixtures("smtp")]


def test_no_mail_is_lost_and_at_most_the_one_in_hand_goes_out_twice(
    scene: Scene, relay: RelayServer
) -> None:
    first = scene.start_worker()
    scene.ring_for(scene.due)
    scene.wait(lambda: len(relay.messages) >= 3)
    first.kill()
    assert scene.sent() < MAILS
    scene.start_worker()
    scene.recover()
    scene.all_arrive()
    assert len({message["Message-ID"] for message in relay.messages}) == MAILS
    assert len(relay.messages) <= MAILS + 1
