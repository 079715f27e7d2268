"""The supervisor behind ``tidings up``: broker, worker, scheduler and site as its children."""

import argparse
import os
import signal
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any, Literal

from rich.console import Console

from tidings.config import Settings
from tidings.errors import RejectedError, TidingsError
from tidings.jobs import Queue
from tidings.logs import configure_logs
from tidings.migrations.migrate import migrate
from tidings.wiring import open_engine, read_settings
from tidings_workers import brokers, valkey
from tidings_workers.children import Child, wait_until
from tidings_workers.demo import demo_children, prepare_demo
from tidings_workers.watchdog import Watchdog

LOOK_SECONDS = 0.2
AT_ONCE = 4
"""Tasks that the worker does at once: threads, or processes."""
PYTHON = sys.executable


@dataclass
class Supervisor:
    """Starts the children in order, restarts what dies, ends them in the opposite order."""

    children: list[Child] = field(default_factory=list[Child])
    watchdogs: list[Watchdog] = field(default_factory=list[Watchdog])
    stopping: Event = field(default_factory=Event)

    def add(self, child: Child) -> Child:
        """Start a child and keep it running from now on."""
        child.start()
        self.children.append(child)
        return child

    def watch(self) -> None:
        """Keep everything running until ``stopping`` is set."""
        while not self.stopping.wait(LOOK_SECONDS):
            for one in (*self.watchdogs, *self.children):
                one.watch()

    def stop(self) -> None:
        """End everything, the broker last."""
        for child in reversed(self.children):
            child.stop()


def main() -> None:
    """Run Tidings until it is told to stop; what is wrong is said in one sentence."""
    parser = argparse.ArgumentParser(prog="tidings up")
    parser.add_argument("--demo", action="store_true")
    console = Console(stderr=True)
    try:
        run(demo=parser.parse_args().demo, console=console)
    except TidingsError as error:
        console.print(f"[bold red]tidings:[/] {error}", highlight=False)
        sys.exit(1)


def run(*, demo: bool, console: Console) -> None:
    """Start everything, say where it is, and watch."""
    if demo:
        prepare_demo()
    settings = _place(read_settings())
    configure_logs(settings)
    supervisor = Supervisor()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stopper(supervisor))
    try:
        _start(supervisor, settings, demo=demo)
        _welcome(console, settings, demo=demo)
        supervisor.watch()
    finally:
        supervisor.stop()


def _stopper(supervisor: Supervisor) -> Any:
    def stop(_number: int, _frame: Any) -> None:
        supervisor.stopping.set()

    return stop


def _place(settings: Settings) -> Settings:
    """Settle where things are, in the environment that the children inherit."""
    port = _free_port(settings.host, settings.port)
    os.environ["TIDINGS_PORT"] = str(port)
    os.environ["TIDINGS_DATA_DIR"] = str(settings.data_dir.resolve())
    if "TIDINGS_SITE_URL" not in os.environ:
        os.environ["TIDINGS_SITE_URL"] = f"http://127.0.0.1:{port}"
    return read_settings()


def _free_port(host: str, port: int) -> int:
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            return int(probe.getsockname()[1])
    except OSError as error:
        raise RejectedError(
            f"the site cannot listen on {host}:{port}: {error.strerror}; "
            "set TIDINGS_PORT to another port, or to 0 for any free one"
        ) from error


def _start(supervisor: Supervisor, settings: Settings, *, demo: bool) -> None:
    engine = open_engine(settings)
    migrate(engine)
    engine.dispose()
    if not settings.broker_url:
        path = valkey.socket_path(settings.data_dir)
        broker = supervisor.add(Child("valkey", valkey.server_command(path, settings.data_dir)))
        wait_until("the broker", lambda: valkey.answers(path), broker, seconds=15)
        os.environ["TIDINGS_BROKER_URL"] = valkey.broker_url(path)
    sandbox, readers = demo_children(settings) if demo else (None, None)
    if sandbox is not None:
        supervisor.add(sandbox)
    _start_working(supervisor, read_settings())
    site = supervisor.add(Child("site", site_command(settings)))
    wait_until("the site", lambda: _listens(settings), site, seconds=60)
    if readers is not None:
        supervisor.add(readers)


def _start_working(supervisor: Supervisor, settings: Settings) -> None:
    """Start what does the work: a worker and a scheduler, or the two in one without a broker."""
    if settings.has_broker:
        worker = supervisor.add(Child("worker", worker_command(settings.worker_pool)))
        supervisor.add(Child("scheduler", [PYTHON, "-m", "tidings_workers.scheduler"]))
    else:
        worker = supervisor.add(Child("worker", [PYTHON, "-m", "tidings_workers.unbrokered"]))
    url, engine = settings.broker_url, open_engine(settings)
    supervisor.watchdogs.append(Watchdog(worker, engine, lambda: brokers.answers(url)))


def worker_command(pool: Literal["threads", "prefork"] = "threads") -> list[str]:
    """Return the command of a worker that consumes from every queue.

    Threads cost a third of the memory of processes; a process that a task brings down takes no
    other task with it, and one that hangs is killed after the time limit.
    """
    return [
        *(PYTHON, "-m", "celery", "--quiet", "-A", "tidings_workers.app", "worker"),
        *("-P", pool, "-c", str(AT_ONCE), "-n", "tidings@%h", "-l", "warning"),
        *("-Q", ",".join(queue.value for queue in Queue)),
        *("--without-gossip", "--without-mingle"),
    ]


def site_command(settings: Settings) -> list[str]:
    """Return the command of the site."""
    return [
        *(PYTHON, "-m", "granian", "--interface", "asgi", "--factory"),
        *("--host", settings.host, "--port", str(settings.port)),
        *("--workers", "1", "--no-ws", "--log-level", "warning"),
        "tidings_workers.web:make_app",
    ]


def _listens(settings: Settings) -> bool:
    try:
        with socket.create_connection((settings.host, settings.port), timeout=1):
            return True
    except OSError:
        return False


def _welcome(console: Console, settings: Settings, *, demo: bool) -> None:
    console.print(f"\n[bold]Tidings is running:[/] {settings.site_url}", highlight=False)
    if settings.sender == "capture":
        console.print(f"Mail is kept in the inbox:  {settings.site_url}/inbox", highlight=False)
    console.print(f"How it is doing:            {settings.site_url}/ops", highlight=False)
    source = "invented records, a week of which lasts seconds" if demo else settings.reporter_url
    console.print(f"It watches:                 {source}", highlight=False)
    console.print(f"Its data is in:             {Path(settings.data_dir)}", highlight=False)
    console.print("Stop it with Ctrl-C.\n", highlight=False)


if __name__ == "__main__":
    main()
