"""The two commands' own way: everything under one supervisor, and one of its children dies."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest
from bells import MAILS
from local_nodes import Wait
from relay import RelayServer
from sqlalchemy import Engine

from tidings.config import Settings
from tidings.db.engine import make_engine
from tidings.delivery.senders.capture import Inbox
from tidings.migrations.migrate import migrate
from tidings.sandbox.serve import free_port
from tidings_workers.embedded import AT_ONCE

pytestmark = pytest.mark.timeout(400)


@dataclass(frozen=True)
class Up:
    """Everything under one supervisor, and the mail server that it sends through."""

    supervisor: psutil.Process
    relay: RelayServer


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
    return next((one for one in supervisor.children() if is_worker(one)), None)


def is_worker(process: psutil.Process) -> bool:
    try:
        return "celery" in process.cmdline()  # a dead one has none
    except psutil.NoSuchProcess:
        return False


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
    wait_long(lambda: inbox.count() > before)
    keys = [mail.message["Message-ID"] for mail in inbox.newest()]
    assert len(set(keys)) == len(keys)


@pytest.fixture
def up(settings: Settings, relay: RelayServer, more_settings: dict[str, str]) -> Generator[Up]:
    """Run the real thing, not the demo: its RePORTER is away, and mails wait in its database."""
    env = {
        "TIDINGS_DATA_DIR": str(settings.data_dir),
        "TIDINGS_DATABASE_URL": settings.database_url,
        "TIDINGS_PORT": str(free_port()),
        "TIDINGS_REPORTER_URL": "http://127.0.0.1:9",
        "TIDINGS_SENDER": "smtp",
        "TIDINGS_SMTP_PORT": str(relay.port),
        "TIDINGS_SMTP_TLS": "none",
        **more_settings,
    }
    command = [sys.executable, "-m", "tidings", "up"]
    process = subprocess.Popen(command, env={**os.environ, **env})  # noqa: S603 - our own
    yield Up(psutil.Process(process.pid), relay)
    process.terminate()
    process.wait(60)


@pytest.mark.usefixtures("due")
class TestWithOtherSettings:
    """What an operator may choose."""

    @pytest.fixture
    def engine(self, tmp_path: Path) -> Generator[Engine]:
        made = make_engine(f"sqlite:///{tmp_path / 'tidings.db'}")
        migrate(made)
        yield made
        made.dispose()

    @pytest.mark.parametrize("more_settings", [{"TIDINGS_BROKER_URL": "none"}])
    def test_mails_go_out_without_a_broker(self, up: Up, wait: Wait) -> None:
        wait(lambda: len(up.relay.messages) == MAILS)
        commands = {" ".join(child.cmdline()) for child in up.supervisor.children()}
        assert not any("celery" in one or "broker.sock" in one for one in commands)
        assert any("tidings_workers.unbrokered" in one for one in commands)

    @pytest.mark.parametrize("more_settings", [{"TIDINGS_WORKER_POOL": "prefork"}])
    def test_mails_go_out_from_a_worker_of_processes(self, up: Up, wait_long: Wait) -> None:
        wait_long(lambda: len(up.relay.messages) == MAILS)  # recover finds them, within 30 s
        worker = worker_of(up.supervisor)
        assert worker is not None
        assert len(worker.children()) >= AT_ONCE
