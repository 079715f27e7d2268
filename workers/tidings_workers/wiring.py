"""What a task needs: one engine, sender and client a process, and the way to ring a bell."""

import gc
import threading
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from os import getpid

import structlog
from kombu.exceptions import OperationalError
from sqlalchemy import Engine
from sqlmodel import Session

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.delivery.senders.base import Sender
from tidings.delivery.senders.calls import CallSenders, make_call_senders
from tidings.delivery.senders.make import make_sender
from tidings.failpoints import around
from tidings.jobs import Job, JobArgument, Queue
from tidings.searches.catalogue import Catalogue
from tidings.wiring import open_engine, read_settings
from tidings_workers.app import app
from tidings_workers.lanes import Lanes
from tidings_workers.names import process_name

log = structlog.get_logger()

CONFIRM_SECONDS = 10.0
"""How long RabbitMQ may take to say that it has a message: one short of memory says nothing."""


@cache
def settings() -> Settings:
    """Return the settings of this process."""
    return read_settings()


@cache
def engine() -> Engine:
    """Return the engine of this process."""
    return open_engine(settings())


@cache
def catalogue() -> Catalogue:
    """Return the searches that this process matches."""
    return Catalogue()


@cache
def lanes() -> Lanes:
    """Return the lanes of this process, which work where there is no broker."""
    return Lanes()


@cache
def call_senders() -> CallSenders:
    """Return the senders of calls: they keep no connection, so all threads share them."""
    return make_call_senders(settings())


_own = threading.local()


def sender() -> Sender:
    """Return the sender of this thread: a connection that two threads use is one garbled stream.

    It stays open between batches.
    """
    if not hasattr(_own, "sender"):
        _own.sender = make_sender(settings())
    return _own.sender


def now() -> datetime:
    """Return the calendar time."""
    return settings().clock.now()


def owner() -> str:
    """Name this process in leases."""
    return process_name(getpid())


@cache
def worker_name() -> str:
    """Name this worker in heartbeats: after its first process, whose children inherit the name."""
    return process_name(getpid())


def calm_collector() -> None:
    """Let the garbage collector leave alone what stays, and look at the rest less often.

    A batch of digests is tens of thousands of rows that live for a second: by Python's own measure
    it would walk over the whole process again and again, a quarter of all the work.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def start_afresh() -> None:
    """Forget what a forked process inherits: a connection that two use is one garbled stream."""
    if engine.cache_info().currsize:
        engine().dispose(close=False)  # its connections are the parent's, who still uses them
        engine.cache_clear()
    vars(_own).clear()


@contextmanager
def session() -> Generator[Session]:
    """Give a session on the database of this process."""
    with open_session(engine()) as opened:
        yield opened


def ring(job: Job, *arguments: JobArgument, queue: Queue | None = None) -> None:
    """Put a job on its queue; when the broker is away, say so and leave it to recover.

    Without a broker only the process that works has queues; from any other it is found by its row.
    """
    if not settings().has_broker:
        lanes().put(job, *arguments, queue=queue)
        return
    try:
        with around("bell.rung"):
            app.send_task(
                job.value,
                args=arguments,
                queue=queue.value if queue else None,
                confirm_timeout=CONFIRM_SECONDS,
            )
    except (OperationalError, OSError) as error:
        log.warning("bell.lost", job=job.value, arguments=arguments, reason=str(error))
    else:
        log.debug("bell.rung", job=job.value, arguments=arguments)
