"""The Celery application: its queues, where each job goes, and how messages are treated."""

from collections.abc import Callable
from typing import Any, ParamSpec

from celery import Celery

from tidings.errors import RetryableError
from tidings.jobs import Job, Queue
from tidings.wiring import read_settings
from tidings_workers.brokers import broker_settings

Arguments = ParamSpec("Arguments")

ROUTES = {
    Job.SWEEP_START: Queue.SWEEP,
    Job.SWEEP_ADVANCE: Queue.SWEEP,
    Job.SWEEP_FINISH: Queue.INGEST,
    Job.CHANGES_MATCH: Queue.MATCHING,
    Job.ALERTS_COMPOSE: Queue.DIGESTS,
    Job.DIGESTS_START: Queue.DIGESTS,
    Job.DIGEST_COMPOSE: Queue.DIGESTS,
    Job.DELIVERY_SEND: Queue.MAIL,
    Job.CALLS_COMPOSE: Queue.DIGESTS,
    Job.CALLS_SEND: Queue.CALLS,  # other people's servers say how long one takes
    Job.MAILBOX_READ: Queue.SWEEP,  # a far server may be slow, and a bounce can wait
    Job.PAPERS_READ: Queue.SWEEP,
    Job.CANARY_RUN: Queue.SWEEP,  # long, and the least urgent of all
    Job.MATCHES_AUDIT: Queue.SWEEP,
    Job.PAGES_CHECK: Queue.UPKEEP,
    Job.WATCHLISTS_APPLY: Queue.UPKEEP,
    Job.PAGE_DRAFT: Queue.SWEEP,  # a language model may take minutes, and recover must not wait
    Job.ROWS_RECOVER: Queue.UPKEEP,
    Job.ROWS_PRUNE: Queue.UPKEEP,
    Job.QUEUE_HEARTBEAT: Queue.UPKEEP,
}
"""The queue of every job; the heartbeat is sent to each queue by name, whatever stands here."""


def _settings_of_celery(broker_url: str) -> dict[str, Any]:
    return {
        **broker_settings(broker_url),
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,  # an outage may last; the rows wait
        "task_publish_retry_policy": {"max_retries": 1},  # recover is the retry
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_ignore_result": True,  # outcomes are rows
        "task_serializer": "json",
        "accept_content": ["json"],
        # Tasks end by themselves; the slowest honest one is a page of a RePORTER that lets every
        # request time out. What hangs for longer is killed, if the pool can do that (prefork).
        "task_time_limit": 600,
        "worker_prefetch_multiplier": 1,
        "worker_hijack_root_logger": False,
        "worker_soft_shutdown_timeout": 20.0,
        "task_create_missing_queues": False,  # a misspelt queue fails when it is rung
        "task_default_queue": Queue.UPKEEP.value,
        "task_routes": {job.value: {"queue": queue.value} for job, queue in ROUTES.items()},
        "imports": (
            "tidings_workers.signals",
            "tidings_workers.tasks.audits",
            "tidings_workers.tasks.calls",
            "tidings_workers.tasks.delivery",
            "tidings_workers.tasks.digests",
            "tidings_workers.tasks.drafts",
            "tidings_workers.tasks.mailbox",
            "tidings_workers.tasks.matching",
            "tidings_workers.tasks.pages",
            "tidings_workers.tasks.sweeps",
            "tidings_workers.tasks.upkeep",
        ),
        "enable_utc": True,
        "timezone": "UTC",
    }


app: Any = Celery("tidings")
app.conf.update(_settings_of_celery(read_settings().broker_url))


def task(job: Job) -> Callable[[Callable[Arguments, None]], Callable[Arguments, None]]:
    """Register a function as the code behind ``job``.

    A RetryableError needs no traceback in the log: the row says so, and recover rings again.
    """
    return app.task(name=job.value, throws=(RetryableError,))
