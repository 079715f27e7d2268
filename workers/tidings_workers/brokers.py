"""What Celery must know of each kind of broker; only the address says which kind it is."""

from typing import Any

from kombu import Connection
from kombu import Queue as CeleryQueue
from kombu.exceptions import OperationalError

from tidings.config import NO_BROKER
from tidings.jobs import Queue

DEFAULT_BROKER = "redis://127.0.0.1:6379/0"
NOWHERE = "memory://"
"""Without a broker Celery only knows which task is behind which name; it must not look for one."""

REDIS_OPTIONS = {
    "visibility_timeout": 900,  # far longer than the longest task, or it would run twice
    "unacked_restore_interval": 5,  # with the default, a killed worker's messages wait 100 s
    "unacked_restore_throttle": 1,
    "socket_timeout": 30,  # without it a publish hangs for ever on a half-open link
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 25,
}

RABBITMQ_OPTIONS = {
    "confirm_publish": True,  # a bell counts as rung once the queue has it
    "write_timeout": 30,  # without it a publish hangs for ever on a half-open link
}

QUORUM = {
    "x-queue-type": "quorum",  # the messages are on a majority of the nodes, and on their disks
    # A message that came back so often kills whoever takes it, and is dropped. There is no dead
    # letter exchange: a message is only a bell, the row behind it says what is wrong with it and
    # can be sent again from there, and a second list of failures would have to be kept true.
    "x-delivery-limit": 5,
}


def broker_settings(url: str) -> dict[str, Any]:
    """Return the settings of Celery that hang on the broker."""
    if url == NO_BROKER:
        return {"broker_url": NOWHERE, "task_queues": _queues({})}
    if not is_rabbitmq(url):
        return {
            "broker_url": url or DEFAULT_BROKER,
            "broker_transport_options": REDIS_OPTIONS,
            "task_queues": _queues({}),
        }
    return {
        "broker_url": url,
        "broker_transport_options": RABBITMQ_OPTIONS,
        "broker_heartbeat": 30,  # with the default, a dead link goes unnoticed for minutes
        "task_queues": _queues(QUORUM),
        "worker_consumer": "tidings_workers.consumer:PlainConsumer",
    }


def is_rabbitmq(url: str) -> bool:
    """Say whether the address is RabbitMQ's."""
    return url.startswith("amqp")


def answers(url: str) -> bool:
    """Say whether the broker takes connections; without a broker there is nothing to wait for."""
    if url == NO_BROKER:
        return True
    try:
        connection: Any = Connection(url or DEFAULT_BROKER, connect_timeout=2)
        with connection:
            connection.ensure_connection(max_retries=1, timeout=2)
            return True
    except (OperationalError, OSError):
        return False


def _queues(arguments: dict[str, Any]) -> list[CeleryQueue]:
    return [CeleryQueue(queue.value, queue_arguments=arguments or None) for queue in Queue]
