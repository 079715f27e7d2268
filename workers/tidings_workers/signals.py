"""What Celery tells us: where a worker begins and forks, and which task logs a line."""

from collections.abc import Callable
from typing import Any, TypeVar

from celery.signals import (
    setup_logging,
    task_postrun,
    task_prerun,
    worker_init,
    worker_process_init,
)
from structlog.contextvars import bind_contextvars, clear_contextvars

from tidings.logs import configure_logs
from tidings_workers import wiring

Receiver = TypeVar("Receiver", bound=Callable[..., None])


def connected(signal: Any) -> Callable[[Receiver], Receiver]:
    """Call a function at each of Celery's signals of this kind."""
    return signal.connect(weak=False)


@connected(setup_logging)
def use_our_logs(**_ignored: Any) -> None:
    """Log as the rest of the system does."""
    configure_logs(wiring.settings())


@connected(worker_init)
def name_the_worker(**_ignored: Any) -> None:
    """Settle the worker's name before its pool forks."""
    wiring.worker_name()


@connected(worker_init)
def walk_less_over_what_stays(**_ignored: Any) -> None:
    """Let the garbage collector of this worker and its pool find less to do."""
    wiring.calm_collector()


@connected(worker_process_init)
def start_afresh(**_ignored: Any) -> None:
    """Let each process of a pool open what it uses."""
    wiring.start_afresh()


@connected(task_prerun)
def name_the_task(task_id: str, task: Any, **_ignored: Any) -> None:
    """Bind the task's name and id."""
    bind_contextvars(job=task.name, task_id=task_id)


@connected(task_postrun)
def forget_the_task(**_ignored: Any) -> None:
    """Let the next task of this thread begin with nothing bound."""
    clear_contextvars()
