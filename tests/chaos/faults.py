"""What a soak does to a fleet."""

import signal
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from time import sleep

from tests.chaos.fleet import Clocks, Fleet, Node, wipe_broker

STEPS = (3_600, -3_600, 86_400, -86_400)
STOPPED_PAST_LEASE = 2.0


@dataclass
class Ground:
    """What faults work on."""

    fleet: Fleet
    clocks: Clocks
    lease: float
    chance: Random
    stop_database: Callable[[], None] | None

    def some(self, kind: str) -> Node:
        """Return one of the nodes whose names begin so."""
        return self.chance.choice(self.fleet.of(kind))


def kill_worker(ground: Ground) -> None:
    """Kill a worker with all its threads."""
    ground.some("worker").kill()


def kill_scheduler(ground: Ground) -> None:
    """Kill a scheduler."""
    ground.some("scheduler").kill()


def kill_site(ground: Ground) -> None:
    """Kill the site."""
    ground.fleet.nodes["site"].kill()


def kill_broker(ground: Ground) -> None:
    """Kill the broker, with every message."""
    wipe_broker(ground.fleet)


def kill_everything(ground: Ground) -> None:
    """Kill all of it at once."""
    for node in ground.fleet.nodes.values():
        node.kill()


def stop_the_database(ground: Ground) -> None:
    """Shut PostgreSQL down without a goodbye, and start it again."""
    if ground.stop_database is not None:
        ground.stop_database()


def hold_somebody(ground: Ground) -> None:
    """Stop a worker or a scheduler for longer than its leases, and let it go on."""
    node = ground.some(ground.chance.choice(("worker", "scheduler")))
    node.signal(signal.SIGSTOP)
    sleep(ground.lease + STOPPED_PAST_LEASE)
    node.signal(signal.SIGCONT)


def set_the_clock(ground: Ground) -> None:
    """Set the clock of all processes an hour or a day away, or right again."""
    clocks = ground.clocks
    clocks.step_to(0 if clocks.offset else ground.chance.choice(STEPS))


def faults(*, database: bool, clocks: bool) -> dict[str, Callable[[Ground], None]]:
    """Return what may happen, by name."""
    some = {
        "worker killed": kill_worker,
        "scheduler killed": kill_scheduler,
        "site killed": kill_site,
        "broker killed and wiped": kill_broker,
        "everything killed": kill_everything,
        "worker or scheduler stopped": hold_somebody,
    }
    some |= {"database shut down": stop_the_database} if database else {}
    return some | ({"clock set": set_the_clock} if clocks else {})
