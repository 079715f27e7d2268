"""Celery as it comes, for comparison: its messages are the only record of what is to be done."""

import os
from typing import Any

from celery import Celery

BROKER, OUT = "STOCK_BROKER", "STOCK_OUT"

app: Any = Celery("stock", broker=os.environ.get(BROKER, "memory://"))
app.conf.update(
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": 6,  # far above what a task takes, and soon over when a worker died
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
    },
)


@app.task(name="stock.note")
def note(number: int) -> None:
    """Do the work: one line at the end of a file."""
    file = os.open(os.environ[OUT], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, b"%d\n" % number)
    finally:
        os.close(file)
