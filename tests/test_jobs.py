"""Every job has a task, a queue and a worker that consumes from it."""

from typing import Literal

import pytest
from pydantic import ValidationError

from tidings.config import NO_BROKER, Settings
from tidings.jobs import Job, Queue
from tidings.upkeep.timetable import TIMETABLE
from tidings_workers.app import ROUTES, app
from tidings_workers.brokers import REDIS_OPTIONS, broker_settings
from tidings_workers.embedded import worker_command


def test_every_job_has_a_task_and_every_task_is_a_job() -> None:
    app.loader.import_default_modules()
    ours = {name for name, task in app.tasks.items() if task.__module__.startswith("tidings")}
    assert ours == {job.value for job in Job}


@pytest.mark.parametrize("job", Job)
def test_a_job_goes_to_a_queue_that_the_worker_consumes(job: Job) -> None:
    command = worker_command()
    consumed = command[command.index("-Q") + 1].split(",")
    assert ROUTES[job] in consumed


@pytest.mark.parametrize("queue", Queue)
def test_a_queue_is_asked_for_a_sign_of_life(queue: Queue) -> None:
    asked = {entry.arguments for entry in TIMETABLE if entry.job is Job.QUEUE_HEARTBEAT}
    assert (queue.value,) in asked


def test_no_two_entries_of_the_timetable_share_a_name() -> None:
    names = [entry.name for entry in TIMETABLE]
    assert len(set(names)) == len(names)


def test_messages_are_json_acknowledged_late_and_leave_no_result() -> None:
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_acks_late
    assert app.conf.task_ignore_result


def test_no_task_may_take_so_long_that_redis_gives_it_to_another() -> None:
    assert app.conf.task_time_limit < REDIS_OPTIONS["visibility_timeout"]


@pytest.mark.parametrize("url", ["redis://host:6379/0", "amqp://host//", NO_BROKER])
def test_every_broker_has_the_same_queues(url: str) -> None:
    assert {queue.name for queue in broker_settings(url)["task_queues"]} == set(Queue)


@pytest.mark.parametrize("pool", ["threads", "prefork"])
def test_the_worker_has_the_pool_that_the_settings_name(
    pool: Literal["threads", "prefork"],
) -> None:
    command = worker_command(pool)
    assert command[command.index("-P") + 1] == pool


@pytest.mark.parametrize("url", ["", NO_BROKER, "redis+socket:///run/broker.sock", "amqps://host"])
def test_the_settings_take_every_broker_there_is(url: str) -> None:
    assert Settings(broker_url=url).has_broker is (url != NO_BROKER)


def test_the_settings_say_which_brokers_there_are() -> None:
    with pytest.raises(ValidationError, match=r"redis\+socket, amqp, amqps, or is `none`"):
        Settings(broker_url="kafka://host")
