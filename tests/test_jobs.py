"""Every job has a task, a queue and a worker that consumes from it."""

import pytest

from tidings.jobs import Job, Queue
from tidings.upkeep.timetable import TIMETABLE
from tidings_workers.app import ROUTES, app
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
    assert app.conf.task_time_limit <= 60
