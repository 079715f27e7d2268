"""The site as granian serves it, and the system's Chromium."""

import os
import shutil
import subprocess
import sys
from collections.abc import Generator
from time import monotonic, sleep

import httpx
import pytest
from playwright.sync_api import Browser, sync_playwright
from site_of_tests import Filled, fill
from sqlalchemy import Engine

from tidings.config import Settings
from tidings.sandbox.serve import free_port
from tidings_workers.embedded import site_command


@pytest.fixture(scope="module")
def chromium() -> Generator[Browser]:
    """Start the browser, for one module: it keeps an event loop while it runs.

    Where there is none the test is loudly skipped.

    CI sets TIDINGS_BROWSER_REQUIRED, and then its absence is a failure.
    """
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        if os.environ.get("TIDINGS_BROWSER_REQUIRED"):
            pytest.fail("no chromium was found, and this run needs a browser")
        pytest.skip("no chromium was found: the pages were not opened in a browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def filled(sqlite_engine: Engine, settings: Settings) -> Filled:
    return fill(sqlite_engine, settings)


@pytest.fixture
def site_url(sqlite_engine: Engine, settings: Settings, filled: Filled) -> Generator[str]:
    assert filled.subscriber_id
    own = settings.model_copy(update={"port": free_port()})
    env = {
        "TIDINGS_DATA_DIR": str(settings.data_dir),
        "TIDINGS_DATABASE_URL": sqlite_engine.url.render_as_string(),
        "TIDINGS_BROKER_URL": "redis://127.0.0.1:9/0",
    }
    process = subprocess.Popen([sys.executable, *site_command(own)[1:]], env={**os.environ, **env})  # noqa: S603 - our own
    url = f"http://127.0.0.1:{own.port}"
    end = monotonic() + 30
    while not _answers(url):
        assert monotonic() < end, "the site did not start"
        sleep(0.1)
    yield url
    process.terminate()
    process.wait(20)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", trust_env=False).is_success
    except httpx.TransportError:
        return False
