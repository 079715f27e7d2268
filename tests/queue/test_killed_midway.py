"""A worker is killed while the relay takes its mails one by one."""

from collections.abc import Callable, Generator
from datetime import timedelta
from typing import Any

import pytest
from bells import MAILS, ring, sent
from local_nodes import LocalCeleryWorker, Wait
from relay import RelayServer, running_relay
from sqlalchemy import Engine
from sqlmodel import col, update

from tidings.clock import machine_now
from tidings.db.session import open_session
from tidings.delivery.models import Delivery
from tidings.jobs import Job

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def relay() -> Generator[RelayServer]:
    with running_relay() as running:
        running.seconds = 0.1
        yield running


@pytest.fixture
def worker_env(worker_env: dict[str, str], relay: RelayServer) -> dict[str, str]:
    smtp = {"TIDINGS_SENDER": "smtp", "TIDINGS_SMTP_PORT": str(relay.port)}
    return {**worker_env, **smtp, "TIDINGS_SMTP_TLS": "none"}


def let_leases_end(engine: Engine) -> None:
    """Let the minutes pass that a dead worker's mails wait."""
    with open_session(engine) as session:
        taken = col(Delivery.lease_until).is_not(None)
        past = machine_now() - timedelta(seconds=1)
        session.exec(update(Delivery).where(taken).values(lease_until=past))
        session.commit()


def test_no_mail_is_lost_and_at_most_the_one_in_hand_goes_out_twice(
    start_worker: Callable[[], LocalCeleryWorker],
    celery_setup_app: Any,
    engine: Engine,
    due: list[int],
    relay: RelayServer,
    wait: Wait,
) -> None:
    first = start_worker()
    ring(celery_setup_app, Job.DELIVERY_SEND, due)
    wait(lambda: len(relay.messages) >= 3)
    first.node.local.kill()
    assert sent(engine) < MAILS
    start_worker()
    let_leases_end(engine)
    ring(celery_setup_app, Job.ROWS_RECOVER)
    wait(lambda: sent(engine) == MAILS)
    assert len({message["Message-ID"] for message in relay.messages}) == MAILS
    assert len(relay.messages) <= MAILS + 1
