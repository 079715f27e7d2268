"""A real worker on a real broker (Valkey, unless a module says otherwise), over each database."""

import shutil
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from bells import MAILS
from local_app import aimed_at
from local_nodes import LocalCeleryWorker, LocalNode, LocalValkey, LocalWorker, Wait
from local_rabbit import LocalRabbit
from pytest_celery import CeleryBrokerCluster, CeleryTestBroker, CeleryWorkerCluster
from relay import RelayServer, running_relay
from scene import Scene
from sqlalchemy import Engine

from tidings.clock import machine_now
from tidings.config import Settings
from tidings.db.session import open_session
from tidings.flows.enroll import enroll
from tidings.flows.unsubscribe import unsubscribe
from tidings.subscribers.models import EndedReason
from tidings.subscribers.tokens import Scope
from tidings_workers import embedded
from tidings_workers.app import app


@pytest.fixture
def valkey(tmp_path: Path) -> Generator[LocalValkey]:
    node = LocalValkey(tmp_path)
    node.ready()
    yield node
    node.teardown()


@pytest.fixture
def broker(valkey: LocalValkey) -> LocalNode:
    return valkey


@pytest.fixture(scope="session")
def rabbit_node() -> Generator[LocalRabbit]:
    folder = Path(tempfile.mkdtemp(prefix="tidings-rabbit-"))
    node = LocalRabbit(folder)
    try:
        node.ready()
        yield node
    finally:
        node.teardown()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def rabbit(rabbit_node: LocalRabbit) -> Generator[LocalRabbit]:
    yield rabbit_node
    rabbit_node.ready()
    rabbit_node.delete_queues()


@pytest.fixture
def settings(tmp_path: Path, engine: Engine) -> Settings:
    return Settings(
        data_dir=tmp_path / "data",
        database_url=engine.url.render_as_string(hide_password=False),
        reporter_interval=0,
    )


@pytest.fixture
def celery_broker(broker: LocalNode) -> CeleryTestBroker:
    return CeleryTestBroker(broker)


@pytest.fixture
def celery_broker_cluster(celery_broker: CeleryTestBroker) -> CeleryBrokerCluster:
    return CeleryBrokerCluster(celery_broker)


@pytest.fixture
def celery_backend_cluster() -> None:
    """Outcomes are rows: there is no result backend."""


@pytest.fixture
def celery_setup_app(broker: LocalNode) -> Generator[Any]:
    """Our own application, aimed at the test's broker."""
    with aimed_at(broker.url):
        app.set_current()
        yield app


@pytest.fixture
def worker_env(settings: Settings, broker: LocalNode) -> dict[str, str]:
    return {
        "TIDINGS_DATA_DIR": str(settings.data_dir),
        "TIDINGS_DATABASE_URL": settings.database_url,
        "TIDINGS_BROKER_URL": broker.url,
        "TIDINGS_REPORTER_URL": settings.reporter_url,
        "TIDINGS_REPORTER_INTERVAL": "0",
    }


@pytest.fixture
def relay() -> Generator[RelayServer]:
    """Run a mail server that takes a tenth of a second over each mail."""
    with running_relay() as running:
        running.seconds = 0.1
        yield running


@pytest.fixture
def smtp(worker_env: dict[str, str], relay: RelayServer) -> None:
    """Let the worker send through the mail server."""
    worker_env["TIDINGS_SENDER"] = "smtp"
    worker_env["TIDINGS_SMTP_PORT"] = str(relay.port)
    worker_env["TIDINGS_SMTP_TLS"] = "none"


@pytest.fixture
def worker_command() -> list[str]:
    return embedded.worker_command()


@pytest.fixture
def start_worker(
    tmp_path: Path, worker_env: dict[str, str], worker_command: list[str], celery_setup_app: Any
) -> Generator[Callable[[], LocalCeleryWorker]]:
    made: list[LocalCeleryWorker] = []

    def start() -> LocalCeleryWorker:
        node = LocalWorker(tmp_path, worker_env, worker_command)
        worker = LocalCeleryWorker(node, celery_setup_app)
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


@pytest.fixture
def scene(
    celery_setup_app: Any,
    engine: Engine,
    due: list[int],
    worker_env: dict[str, str],
    start_worker: Callable[[], LocalCeleryWorker],
    wait: Wait,
) -> Scene:
    """Give mails that wait, and nobody who sends them yet."""
    return Scene(celery_setup_app, engine, due, worker_env, start_worker, wait)
