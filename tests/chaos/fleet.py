"""Everything that runs in production, as processes that a soak kills and starts again."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from struct import Struct
from time import monotonic, sleep

import httpx

from tidings.config import Settings
from tidings_workers import valkey
from tidings_workers.embedded import site_command, worker_command

PATIENCE = 60.0
SOURCE = Path(__file__).with_name("wall_clock.c")
OFFSET = Struct("l")


@dataclass
class Node:
    """One process; ``answers`` says whether it does its work."""

    name: str
    command: Sequence[str]
    env: dict[str, str]
    log: Path
    answers: Callable[[], bool] = lambda: True
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, in a group of its own."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - commands of our own
                self.command,
                env={**os.environ, **self.env},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def is_running(self) -> bool:
        """Whether the process is there."""
        return self.process is not None and self.process.poll() is None

    def signal(self, number: int) -> None:
        """Send a signal to it and its children."""
        if self.process is not None and self.is_running:
            os.killpg(self.process.pid, number)

    def kill(self) -> None:
        """Kill it and its children."""
        self.signal(signal.SIGKILL)
        if self.process is not None:
            self.process.wait(PATIENCE)


@dataclass
class Fleet:
    """The processes, by name; whoever is found dead is started again."""

    folder: Path
    nodes: dict[str, Node] = field(default_factory=dict[str, Node])

    def add(self, node: Node) -> Node:
        """Start a process and keep it."""
        node.start()
        self.nodes[node.name] = node
        return node

    def watch(self) -> list[str]:
        """Start again who died; return their names."""
        dead = [node for node in self.nodes.values() if not node.is_running]
        for node in dead:
            node.start()
        return [node.name for node in dead]

    def wait_until_it_answers(self) -> None:
        """Return when everything answers; AssertionError when it never does."""
        end = monotonic() + PATIENCE
        while not all(node.is_running and node.answers() for node in self.nodes.values()):
            self.watch()
            assert monotonic() < end, [n.name for n in self.nodes.values() if not n.answers()]
            sleep(0.1)

    def of(self, kind: str) -> list[Node]:
        """Return the nodes whose names begin so."""
        return [node for name, node in self.nodes.items() if name.startswith(kind)]

    def end(self) -> None:
        """End all of them."""
        for node in self.nodes.values():
            node.signal(signal.SIGCONT)
            node.kill()


class Clocks:
    """The wall clock of the fleet, which can be set; nothing without a C compiler."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"
        self._library = folder / "wall_clock.so"
        self.offset = 0
        self.can_step = self._build()
        self._file.write_bytes(bytes(OFFSET.size))

    @property
    def env(self) -> dict[str, str]:
        """What a process needs in its environment to follow."""
        if not self.can_step:
            return {}
        return {"LD_PRELOAD": str(self._library), "WALL_CLOCK": str(self._file)}

    def step_to(self, offset: int) -> None:
        """Set the clock to so many seconds from the truth."""
        self.offset = offset
        with self._file.open("r+b") as file:  # in place: the processes have it mapped
            file.write(OFFSET.pack(offset))

    def _build(self) -> bool:
        compiler = shutil.which("cc")
        if compiler is None:
            return False
        command = [compiler, "-shared", "-fPIC", "-O2", "-o", str(self._library), str(SOURCE)]
        subprocess.run(command, check=True)  # noqa: S603 - our own source
        return True


def start_fleet(fleet: Fleet, env: dict[str, str], settings: Settings, clocks: Clocks) -> None:
    """Start broker, two workers, two schedulers and the site."""
    folder = fleet.folder
    broker_folder = folder / "broker"
    path = valkey.socket_path(broker_folder)
    own = env | clocks.env | {"TIDINGS_BROKER_URL": valkey.broker_url(path)}

    def log(name: str) -> Path:
        return folder / f"{name}.log"

    def site_answers() -> bool:
        try:
            url = f"http://{settings.host}:{settings.port}/healthz"
            return httpx.get(url, timeout=2, trust_env=False).is_success
        except httpx.HTTPError:
            return False

    command = valkey.server_command(path, broker_folder)
    fleet.add(Node("broker", command, {}, log("broker"), lambda: valkey.answers(path)))
    fleet.wait_until_it_answers()
    for number in (1, 2):
        worker = [part.replace("tidings@%h", f"tidings{number}@%h") for part in worker_command()]
        name = f"worker {number}"
        fleet.add(
            Node(name, worker, own, log(f"worker{number}"), _is_ready(log(f"worker{number}")))
        )
        scheduler = [sys.executable, "-m", "tidings_workers.scheduler"]
        fleet.add(Node(f"scheduler {number}", scheduler, own, log(f"scheduler{number}")))
    fleet.add(Node("site", site_command(settings), own, log("site"), site_answers))
    fleet.wait_until_it_answers()


def _is_ready(log: Path) -> Callable[[], bool]:
    def ready() -> bool:
        said = log.read_bytes() if log.exists() else b""
        return (
            b"ready." in said.rpartition(b"-------------- tidings")[2] or b"ready." in said[-4000:]
        )

    return ready


def wipe_broker(fleet: Fleet) -> None:
    """Kill the broker, and all that it kept."""
    fleet.nodes["broker"].kill()
    for part in (fleet.folder / "broker").glob("appendonly*"):
        shutil.rmtree(part, ignore_errors=True) if part.is_dir() else part.unlink()
