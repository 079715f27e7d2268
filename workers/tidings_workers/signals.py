"""What Celery tells us: each task's name and id go with every line that it logs."""

from collections.abc import Callable
from typing import Any, TypeVar

from celery.signals import setup_logging, task_postrun, task_prerun
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


@connected(task_prerun)
def name_the_task(task_id: str, task: Any, **_ignored: Any) -> None:
    """Bind the task's name and id."""
    bind_contextvars(job=task.name, task_id=task_id)


@connected(task_postrun)
def forget_the_task(**_ignored: Any) -> None:
    """Let the next task of this thread begin with nothing bound."""
    clear_contextvars()
