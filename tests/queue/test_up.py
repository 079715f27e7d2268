"""The two commands' own way: everything under one supervisor, and one of its children dies."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import httpx
import psutil
import pytest
from local_nodes import Wait

from tidings.delivery.senders.capture import Inbox
from tidings.sandbox.serve import free_port

pytestmark = pytest.mark.timeout(400)


@pytest.fixture
def demo(tmp_path: Path) -> Generator[tuple[psutil.Process, str, Inbox]]:
    port = free_port()
    env = {"TIDINGS_DATA_DIR": str(tmp_path), "TIDINGS_PORT": str(port)}
    command = [sys.executable, "-m", "tidings", "up", "--demo"]
    process = subprocess.Popen(command, env={**os.environ, **env})  # noqa: S603 - our own
    yield (
        psutil.Process(process.pid),
        f"http://127.0.0.1:{port}",
        Inbox(tmp_path / "demo" / "inbox"),
    )
    process.terminate()
    process.wait(60)


def worker_of(supervisor: psutil.Process) -> psutil.Process | None:
    alive = [one for one in supervisor.children() if one.status() != psutil.STATUS_ZOMBIE]
    return next((one for one in alive if "celery" in one.cmdline()), None)


def answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).is_success
    except httpx.TransportError:
        return False


def test_digests_keep_arriving_when_the_worker_is_killed(
    demo: tuple[psutil.Process, str, Inbox], wait_long: Wait
) -> None:
    supervisor, url, inbox = demo
    wait_long(lambda: answers(f"{url}/readyz"))
    wait_long(lambda: inbox.count() > 0)
    worker = worker_of(supervisor)
    assert worker is not None
    os.kill(worker.pid, signal.SIGKILL)
    before = inbox.count()
    wait_long(lambda: worker_of(supervisor) not in (None, worker))
    wait_long(lambda: inbox.count() > before + 1)
    keys = [mail.message["Message-ID"] for mail in inbox.newest()]
    assert len(set(keys)) == len(keys)
