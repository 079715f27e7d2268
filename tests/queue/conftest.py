"""A real worker on a real Valkey, over each database."""

from collections.abc import Callable, Generator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from bells import MAILS
from local_nodes import LocalCeleryWorker, LocalValkey, LocalWorker, Wait
from pytest_celery import CeleryBrokerCluster, CeleryTestBroker, CeleryWorkerCluster
from sqlalchemy import Engine

from tidings.clock import machine_now
from tidings.config import Settings
from tidings.db.session import open_session
from tidings.flows.enroll import enroll
from tidings.flows.unsubscribe import unsubscribe
from tidings.subscribers.models import EndedReason
from tidings.subscribers.tokens import Scope
from tidings_workers.app import app


@pytest.fixture
def valkey(tmp_path: Path) -> Generator[LocalValkey]:
    node = LocalValkey(tmp_path)
    node.ready()
    yield node
    node.teardown()


@pytest.fixture
def settings(tmp_path: Path, engine: Engine) -> Settings:
    return Settings(
        data_dir=tmp_path / "data",
        database_url=engine.url.render_as_string(hide_password=False),
        reporter_interval=0,
    )


@pytest.fixture
def celery_broker(valkey: LocalValkey) -> CeleryTestBroker:
    return CeleryTestBroker(valkey)


@pytest.fixture
def celery_broker_cluster(celery_broker: CeleryTestBroker) -> CeleryBrokerCluster:
    return CeleryBrokerCluster(celery_broker)


@pytest.fixture
def celery_backend_cluster() -> None:
    """Outcomes are rows: there is no result backend."""


@pytest.fixture
def celery_setup_app(valkey: LocalValkey) -> Generator[Any]:
    """Our own application, aimed at the test's broker."""
    before = app.conf.broker_url
    app.conf.broker_url = valkey.celeryconfig["url"]
    app.set_current()
    yield app
    app.pool.force_close_all()
    app.conf.broker_url = before
    app.__dict__.pop("amqp", None)
    app._pool = None  # noqa: SLF001 - Celery has no other way to forget a broker


@pytest.fixture
def worker_env(settings: Settings, valkey: LocalValkey) -> dict[str, str]:
    return {
        "TIDINGS_DATA_DIR": str(settings.data_dir),
        "TIDINGS_DATABASE_URL": settings.database_url,
        "TIDINGS_BROKER_URL": valkey.celeryconfig["url"],
        "TIDINGS_REPORTER_URL": settings.reporter_url,
        "TIDINGS_REPORTER_INTERVAL": "0",
    }


@pytest.fixture
def start_worker(
    tmp_path: Path, worker_env: dict[str, str], celery_setup_app: Any
) -> Generator[Callable[[], LocalCeleryWorker]]:
    made: list[LocalCeleryWorker] = []

    def start() -> LocalCeleryWorker:
        worker = LocalCeleryWorker(LocalWorker(tmp_path, worker_env), celery_setup_app)
        made.append(worker)
        worker.node.ready()
        return worker

    yield start
    for worker in made:
        worker.node.teardown()


@pytest.fixture
def celery_worker(start_worker: Callable[[], LocalCeleryWorker]) -> LocalCeleryWorker:
    return start_worker()


@pytest.fixture
def celery_worker_cluster(celery_worker: LocalCeleryWorker) -> CeleryWorkerCluster:
    return CeleryWorkerCluster(celery_worker)


@pytest.fixture
def wait() -> Wait:
    """Wait until something holds; what does not come in half a minute does not come."""
    return _waiting(30)


@pytest.fixture
def wait_long() -> Wait:
    """Wait for what takes several weeks of the demo, a dead worker's lease included."""
    return _waiting(180)


def _waiting(seconds: float) -> Wait:
    def until(holds: Callable[[], bool]) -> None:
        end = monotonic() + seconds
        while not holds():
            assert monotonic() < end, "it did not come"
            sleep(0.05)

    return until


@pytest.fixture
def due(engine: Engine, settings: Settings) -> list[int]:
    """Mails that wait to be sent: goodbyes, which need no project."""
    with open_session(engine) as session:
        made: list[int | None] = []
        for number in range(MAILS):
            address, now = f"r{number}@clinic.org", machine_now()
            reader = enroll(session, address, time_zone="UTC", settings=settings, now=now)
            reason = EndedReason.UNSUBSCRIBED
            made.append(
                unsubscribe(session, Scope(reader), reason=reason, settings=settings, now=now)
            )
    return [delivery_id for delivery_id in made if delivery_id is not None]
