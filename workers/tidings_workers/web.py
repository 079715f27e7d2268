"""The site as it runs beside the workers: with bells to ring and queues to look into."""

from fastapi import FastAPI

from tidings.logs import configure_logs
from tidings.web.app import create_app
from tidings_workers import wiring
from tidings_workers.depths import queue_depths


def make_app() -> FastAPI:
    """Return the site, for granian's ``--factory``."""
    configure_logs(wiring.settings())
    return create_app(
        wiring.settings(), wiring.engine(), enqueue=wiring.ring, queue_depths=queue_depths
    )
