"""Messages may be lost, late or doubled, and processes may die: every mail goes out."""

from collections.abc import Callable
from time import sleep

import pytest
from bells import MAILS, ring, sent
from local_nodes import LocalCeleryWorker, LocalValkey, Wait
from pytest_celery import CeleryTestSetup
from sqlalchemy import Engine
from sqlmodel import col, func, select

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.delivery.models import DeliveryEvent, DeliveryEventKind
from tidings.delivery.senders.capture import Inbox
from tidings.delivery.senders.make import inbox_folder
from tidings.jobs import Job, Queue
from tidings.upkeep.queries import heartbeats

pytestmark = pytest.mark.timeout(120)


def accepted(engine: Engine) -> int:
    with open_session(engine) as session:
        kind = col(DeliveryEvent.kind) == DeliveryEventKind.ACCEPTED
        return session.exec(select(func.count()).where(kind)).one()


def kept(settings: Settings) -> int:
    return Inbox(inbox_folder(settings)).count()


def test_a_job_that_is_rung_three_times_sends_each_mail_once(
    celery_setup: CeleryTestSetup, engine: Engine, settings: Settings, due: list[int], wait: Wait
) -> None:
    for _ in range(3):
        ring(celery_setup.app, Job.DELIVERY_SEND, due)
    wait(lambda: sent(engine) == MAILS)
    assert accepted(engine) == MAILS
    assert kept(settings) == MAILS


def test_mails_of_a_broker_that_was_wiped_are_found_again(
    celery_setup: CeleryTestSetup,
    celery_worker: LocalCeleryWorker,
    valkey: LocalValkey,
    engine: Engine,
    due: list[int],
    wait: Wait,
) -> None:
    celery_worker.node.local.kill()
    ring(celery_setup.app, Job.DELIVERY_SEND, due)
    valkey.client.flushall()
    celery_worker.node.start_again()
    ring(celery_setup.app, Job.ROWS_RECOVER)
    wait(lambda: sent(engine) == MAILS)
    assert accepted(engine) == MAILS


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_broker_that_is_killed_and_comes_back_is_used_again(
    celery_setup: CeleryTestSetup,
    celery_worker: LocalCeleryWorker,
    valkey: LocalValkey,
    engine: Engine,
    due: list[int],
    wait: Wait,
) -> None:
    valkey.local.kill()
    sleep(1)
    valkey.start_again()
    ring(celery_setup.app, Job.DELIVERY_SEND, due)
    wait(lambda: sent(engine) == MAILS)
    assert celery_worker.node.local.status == "running"


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_message_that_a_killed_worker_left_behind_is_done_by_the_next(
    celery_setup: CeleryTestSetup,
    celery_worker: LocalCeleryWorker,
    start_worker: Callable[[], LocalCeleryWorker],
    engine: Engine,
    due: list[int],
    wait: Wait,
) -> None:
    celery_worker.node.local.kill()
    ring(celery_setup.app, Job.DELIVERY_SEND, due)
    start_worker()
    wait(lambda: sent(engine) == MAILS)
    assert accepted(engine) == MAILS


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_every_queue_has_a_worker_that_says_when_it_consumed_last(
    celery_setup: CeleryTestSetup, engine: Engine, wait: Wait
) -> None:
    for queue in Queue:
        ring(celery_setup.app, Job.QUEUE_HEARTBEAT, queue.value, queue=queue)

    def all_beat() -> bool:
        with open_session(engine) as session:
            return {beat.queue for beat in heartbeats(session)} == set(Queue)

    wait(all_beat)
