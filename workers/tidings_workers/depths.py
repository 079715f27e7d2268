"""How many messages wait in each queue, whatever the broker."""

from typing import Any

from kombu.exceptions import OperationalError

from tidings.jobs import Queue
from tidings_workers import wiring
from tidings_workers.app import app


def queue_depths() -> dict[Queue, int] | None:
    """Return the messages that wait, by queue; None when the broker cannot be asked.

    Looks, and declares nothing: a queue keeps the arguments that its workers gave it. Without a
    broker no message waits anywhere.
    """
    if not wiring.settings().has_broker:
        return dict.fromkeys(Queue, 0)
    try:
        with app.connection_for_read(connect_timeout=2) as connection:
            connection.ensure_connection(max_retries=1, timeout=2)
            return {queue: _depth(connection, queue) for queue in Queue}
    except (OperationalError, OSError):
        return None


def _depth(connection: Any, queue: Queue) -> int:
    with connection.channel() as channel:  # RabbitMQ ends the one that asks for what is not there
        try:
            return channel.queue_declare(queue=queue.value, passive=True).message_count
        except connection.channel_errors:
            return 0  # no worker has come yet; on Redis, an empty queue does not exist
