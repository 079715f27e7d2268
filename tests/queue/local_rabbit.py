"""A RabbitMQ node of the tests' own: it can be killed, and nothing of the machine's is touched."""

import json
import os
import shutil
import socket
import subprocess
from pathlib import Path
from time import sleep
from typing import Any
from uuid import uuid4

import pytest
from kombu import Connection
from local_nodes import LocalNode, LocalProcess

from tidings.jobs import Queue
from tidings.sandbox.serve import free_port
from tidings_workers import brokers

SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
"""Debian's own script: the one on the path changes to a user of its own first."""


def server_binary() -> str:
    """Return the server to run; the test is loudly skipped, or fails, where there is none.

    CI sets TIDINGS_RABBITMQ_REQUIRED, and then its absence is a failure.
    """
    found = str(SERVER) if SERVER.exists() else shutil.which("rabbitmq-server")
    if found is None and os.environ.get("TIDINGS_RABBITMQ_REQUIRED"):
        pytest.fail("rabbitmq-server is not installed, and this run needs it")
    if found is None:
        pytest.skip("rabbitmq-server is not installed: RabbitMQ is not tested")
    return found


class LocalRabbit(LocalNode):
    """One node on free ports of loopback, with its own folder, name and cookie."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        folder.mkdir(parents=True, exist_ok=True)
        self.node_env = _env(folder, self.port)
        super().__init__(LocalProcess("rabbit", [server_binary()], folder, self.node_env))

    @property
    def url(self) -> str:
        """Its address."""
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def is_ready(self) -> bool:
        """Say whether it takes connections."""
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return brokers.answers(self.url)

    def settle(self) -> None:
        """Wait: a queue made less than a second before a kill was seen to find no leader again."""
        sleep(2)

    def delete_queues(self) -> None:
        """Leave nothing to the next test."""
        connection: Any = Connection(self.url)
        with connection:
            for queue in Queue:
                with connection.channel() as channel:
                    channel.queue_delete(queue.value)

    def queues(self) -> dict[str, Any]:
        """Return what the node says of each queue that outlives it, by name."""
        command = [str(SERVER.with_name("rabbitmqctl")), "--quiet", "--formatter", "json"]
        asked = [*command, "list_queues", "name", "durable", "type", "arguments"]
        said = subprocess.run(  # noqa: S603 - the node's own tool
            asked, env={**os.environ, **self.node_env}, capture_output=True, check=True
        )
        return {row["name"]: row for row in json.loads(said.stdout) if row["durable"]}


def _env(folder: Path, port: int) -> dict[str, str]:
    plugins = folder / "enabled_plugins"
    plugins.write_text("[].\n")
    config = folder / "rabbitmq.conf"
    config.write_text(f"listeners.tcp.1 = 127.0.0.1:{port}\n")
    name = f"tidings-{uuid4().hex[:8]}"
    cookie = folder / ".erlang.cookie"
    cookie.write_text(name)
    cookie.chmod(0o400)
    return {
        "HOME": str(folder),
        "RABBITMQ_NODENAME": f"{name}@localhost",
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(plugins),
        "RABBITMQ_CONFIG_FILE": str(config),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
            "-kernel inet_dist_use_interface {127,0,0,1} +S 1:1"
        ),
    }
