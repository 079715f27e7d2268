"""Runs the sandbox: until it is stopped, or as a child process for as long as it is needed."""

import asyncio
import os
import signal
import socket
from pathlib import Path

import structlog
from granian.constants import Interfaces
from granian.server.embed import Server

from tidings.clock import Clock, machine_now
from tidings.errors import RejectedError
from tidings.sandbox.app import make_app
from tidings.sandbox.corpus import Corpus
from tidings.sandbox.desk import Source
from tidings.sandbox.recordings import Recordings

HOST = "127.0.0.1"
WEEK_SECONDS = 604_800.0

log = structlog.get_logger()


def serve(
    *,
    corpus: int = 1000,
    week_seconds: float = WEEK_SECONDS,
    recordings: Path | None = None,
    seed: int = 1,
    port: int = 8900,
    clock: Clock | None = None,
) -> None:
    """Serve a local RePORTER on this machine until SIGINT or SIGTERM.

    It serves ``recordings``, else ``corpus`` invented projects that move week by week. Without a
    ``clock`` calendar time starts now, and a week of it lasts ``week_seconds``. Port 0 takes a free
    one, which the log names. Raises RejectedError when the port is taken.
    """
    source: Source = Recordings(recordings) if recordings else Corpus(seed=seed, size=corpus)
    app = make_app(source, clock or fast_clock(week_seconds))
    address = free_port(port)
    server = Server(app, HOST, address, interface=Interfaces.ASGI, log_enabled=False)
    asyncio.run(_run(server, address))


def fast_clock(week_seconds: float) -> Clock:
    """Return a calendar that starts now and whose weeks last so many seconds."""
    now = machine_now()
    return Clock(speed=WEEK_SECONDS / week_seconds, calendar_epoch=now, machine_epoch=now)


def free_port(wanted: int = 0) -> int:
    """Return ``wanted`` if it is free, or any free port for 0. Raises RejectedError."""
    with socket.socket() as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted))
        except OSError as error:
            raise RejectedError(
                f"port {wanted} of {HOST} cannot be used: {error.strerror}"
            ) from error
        return probe.getsockname()[1]


async def _run(server: Server, port: int) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, server.stop)
    log.info("sandbox.started", url=f"http://{HOST}:{port}")
    await server.serve()
