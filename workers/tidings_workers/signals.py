"""What Celery tells us: each task's name and id go with every line that it logs."""

from typing import Any

from celery.signals import setup_logging, task_postrun, task_prerun
from structlog.contextvars import bind_contextvars, clear_contextvars

from tidings.logs import configure_logs
from tidings_workers import wiring


@setup_logging.connect(weak=False)
def use_our_logs(**_ignored: Any) -> None:
    """Log as the rest of the system does."""
    configure_logs(wiring.settings())


@task_prerun.connect(weak=False)
def name_the_task(task_id: str, task: Any, **_ignored: Any) -> None:
    """Bind the task's name and id."""
    bind_contextvars(job=task.name, task_id=task_id)


@task_postrun.connect(weak=False)
def forget_the_task(**_ignored: Any) -> None:
    """Let the next task of this thread begin with nothing bound."""
    clear_contextvars()
