"""How many messages wait in each queue, whatever the broker."""

from kombu.exceptions import OperationalError

from tidings.jobs import Queue
from tidings_workers.app import app


def queue_depths() -> dict[Queue, int] | None:
    """Return the messages that wait, by queue; None when the broker cannot be asked."""
    try:
        with app.connection_for_read(connect_timeout=2) as connection:
            connection.ensure_connection(max_retries=1, timeout=2)
            channel = connection.default_channel
            return {
                queue: channel.queue_declare(queue=queue.value, durable=True, auto_delete=False)[1]
                for queue in Queue
            }
    except (OperationalError, OSError):
        return None
