"""A worker is killed while the relay takes its mails one by one."""

import asyncio
from collections import Counter
from collections.abc import Callable, Generator
from datetime import timedelta
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from bells import MAILS, ring, sent
from local_nodes import LocalCeleryWorker, Wait
from sqlalchemy import Engine
from sqlmodel import col, update

from tidings.clock import machine_now
from tidings.db.session import open_session
from tidings.delivery.models import Delivery
from tidings.jobs import Job
from tidings.sandbox.serve import free_port

pytestmark = pytest.mark.timeout(120)


class SlowRelay:
    """A relay that takes its time, and remembers what it accepted."""

    def __init__(self) -> None:
        self.message_ids: Counter[str] = Counter()
        self.port = free_port()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        head = envelope.content.decode().split("\r\n\r\n")[0]
        line = next(one for one in head.splitlines() if one.lower().startswith("message-id"))
        await asyncio.sleep(0.1)
        self.message_ids[line] += 1
        return "250 OK"


@pytest.fixture
def relay() -> Generator[SlowRelay]:
    handler = SlowRelay()
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port)
    controller.start()
    yield handler
    controller.stop()


@pytest.fixture
def worker_env(worker_env: dict[str, str], relay: SlowRelay) -> dict[str, str]:
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
    relay: SlowRelay,
    wait: Wait,
) -> None:
    first = start_worker()
    ring(celery_setup_app, Job.DELIVERY_SEND, due)
    wait(lambda: len(relay.message_ids) >= 3)
    first.node.local.kill()
    assert sent(engine) < MAILS
    start_worker()
    let_leases_end(engine)
    ring(celery_setup_app, Job.ROWS_RECOVER)
    wait(lambda: sent(engine) == MAILS)
    assert len(relay.message_ids) == MAILS
    assert sum(relay.message_ids.values()) <= MAILS + 1
