"""Two sites over one database, and one reader who presses the button at both."""

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from local_nodes import LocalProcess, Wait
from scene import Scene
from sqlmodel import select

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.delivery.models import Delivery, DeliveryKind, DeliveryState
from tidings.sandbox.serve import free_port
from tidings_workers.embedded import site_command

pytestmark = pytest.mark.timeout(120)

READERS, PRESSES = 4, 4


@pytest.fixture
def sites(scene: Scene, settings: Settings) -> Generator[list[str]]:
    ports = [free_port(), free_port()]
    folder = settings.data_dir
    folder.mkdir(exist_ok=True)
    processes = [
        LocalProcess(
            "site",
            site_command(settings.model_copy(update={"port": port})),
            folder,
            {**scene.worker_env, "TIDINGS_SITE_URL": "http://127.0.0.1:8000"},
        )
        for port in ports
    ]
    yield [f"http://127.0.0.1:{port}" for port in ports]
    for process in processes:
        process.stop()


def answers(site: str) -> Callable[[], bool]:
    def ask() -> bool:
        try:
            return httpx.get(f"{site}/healthz", trust_env=False).status_code < 500
        except httpx.TransportError:
            return False

    return ask


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_each_reader_is_asked_once(scene: Scene, sites: list[str], wait: Wait) -> None:
    scene.start_worker()
    scene.start_worker()
    for site in sites:
        wait(answers(site))

    def press(number: int) -> int:
        site, reader = sites[number % 2], number // PRESSES
        wish = {"q": "cancer", "address": f"asks{reader}@clinic.org", "cadence": "weekly"}
        return httpx.post(f"{site}/alerts", data=wish, trust_env=False, timeout=30).status_code

    with ThreadPoolExecutor(READERS * PRESSES) as pool:
        assert set(pool.map(press, range(READERS * PRESSES))) == {200}
    wait(lambda: states(scene) == [DeliveryState.SENT] * READERS)


def states(scene: Scene) -> list[DeliveryState]:
    with open_session(scene.engine) as session:
        asked = select(Delivery).where(Delivery.kind == DeliveryKind.CONFIRM)
        return [delivery.state for delivery in session.exec(asked)]
