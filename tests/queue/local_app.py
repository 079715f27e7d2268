"""Our own application, aimed at a broker of the tests."""

from collections.abc import Generator
from contextlib import contextmanager

from kombu import pools

from tidings_workers.app import app
from tidings_workers.brokers import broker_settings


@contextmanager
def aimed_at(url: str) -> Generator[None]:
    """Let the application of this process ring at this broker."""
    before = app.conf.broker_url
    _aim(url)
    try:
        yield
    finally:
        _aim(before)


def _aim(url: str) -> None:
    # They are kept by address, and a closed one is not opened again.
    pools.reset()  # pyright: ignore[reportUnknownMemberType] - kombu has no types
    app.conf.update(broker_settings(url))
    app.__dict__.pop("amqp", None)
    app._pool = None  # noqa: SLF001 - Celery has no other way to forget a broker
