"""Celery's consumer as we use it on RabbitMQ."""

from typing import Any, ClassVar

from celery.worker.consumer import Consumer


class PlainConsumer(Consumer):
    """Celery's consumer, without what it prepares for delayed tasks on quorum queues.

    At its start it would declare 28 quorum queues for them, and we delay nothing: rows wait.
    """

    class Blueprint(Consumer.Blueprint):
        """The steps of a worker's start."""

        default_steps: ClassVar[list[Any]] = [
            step for step in Consumer.Blueprint.default_steps if "delayed_delivery" not in step
        ]
