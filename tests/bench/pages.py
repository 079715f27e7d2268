"""What a study page costs: ours as it is served, against the same under uvicorn without the cache.

    python -m tests.bench.pages

Both serve one store, swept from the sandbox, from one process each; a load of 32 connections comes
from a process of its own, five times to each in turn, for the page and for "not modified". Exits
non-zero below the bars.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from statistics import median

import httpx
from rich.console import Console
from rich.table import Table
from tests.bench.lighthouse import stored, wait_for
from tests.bench.page_load import CONNECTIONS, SECONDS

from tidings.config import Settings
from tidings.sandbox.serve import free_port
from tidings_workers.embedded import site_command

ROUNDS = 5
PAGE_BAR, UNCHANGED_BAR = 2.0, 1.5
"""The least that the page and "not modified" must gain over the page that is rendered each time."""

Served = tuple[float, float]
"""Answers a second, and the seconds in which 99 of 100 had come."""


def main() -> int:
    """Measure both servers in turn, print a table, and say whether the bars were reached."""
    console = Console()
    with tempfile.TemporaryDirectory() as folder:
        ours, key = stored(Path(folder), corpus=60, weeks=2)
        theirs = ours.model_copy(update={"port": free_port()})
        found: dict[str, list[Served]] = {}
        size = 0
        with serving(ours, site_command(ours)[1:], 64), serving(theirs, peer(theirs), 0):
            for name, settings in [("granian", ours), ("uvicorn", theirs)] * ROUNDS:
                url = f"http://{settings.host}:{settings.port}/studies/{key}"
                answer = httpx.get(url, trust_env=False)
                size, tag = len(answer.content), answer.headers["etag"]
                found.setdefault(f"{name} page", []).append(loaded(url, ""))
                found.setdefault(f"{name} 304", []).append(loaded(url, tag))
    names = ("granian", "uvicorn", "uvloop", "httptools", "fastapi", "starlette")
    console.print(", ".join(f"{name} {version(name)}" for name in names))
    console.print(f"{size:,} bytes a page, {CONNECTIONS} connections, {ROUNDS} x {SECONDS:.0f} s")
    console.print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    return report(console, found)


def report(console: Console, found: dict[str, list[Served]]) -> int:
    """Print the medians, and what we gain; return 1 below a bar."""
    table = Table("served", "req/s", "p99 ms")
    middle = {name: median(rate for rate, _ in runs) for name, runs in found.items()}
    for name, runs in found.items():
        slow = median(late for _, late in runs)
        table.add_row(name, f"{middle[name]:,.0f}", f"{1000 * slow:.0f}")
    console.print(table)
    page = middle["granian page"] / middle["uvicorn page"]
    unchanged = middle["granian 304"] / middle["uvicorn page"]
    console.print(f"page {page:.1f} x (wanted {PAGE_BAR}) and 304 {unchanged:.1f} x ", end="")
    console.print(f"(wanted {UNCHANGED_BAR}) of the page that is rendered each time")
    for other in ("granian page", "uvicorn 304"):
        console.print(f"304 {middle['granian 304'] / middle[other]:.2f} x of {other}")
    return page < PAGE_BAR or unchanged < UNCHANGED_BAR


def peer(settings: Settings) -> list[str]:
    """Return how uvicorn serves the same application, at its quickest."""
    return [
        *("-m", "uvicorn", "--factory", "tidings_workers.web:make_app"),
        *("--host", settings.host, "--port", str(settings.port)),
        *("--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"),
    ]


@contextmanager
def serving(settings: Settings, command: list[str], cache_mb: int) -> Generator[None]:
    """Serve the store of these settings."""
    own = {
        "TIDINGS_DATA_DIR": str(settings.data_dir),
        "TIDINGS_SITE_URL": "http://127.0.0.1:8000",
        "TIDINGS_PAGE_CACHE_MB": str(cache_mb),
    }
    process = subprocess.Popen([sys.executable, *command], env=os.environ | own)  # noqa: S603 - our own
    try:
        wait_for(f"http://{settings.host}:{settings.port}")
        yield
    finally:
        process.terminate()
        process.wait(20)


def loaded(url: str, tag: str) -> Served:
    """Ask for an address from a process of its own; an ETag asks whether it has changed."""
    command = [sys.executable, "-m", "tests.bench.page_load", url, tag]
    done = subprocess.run(command, check=True, capture_output=True, timeout=60)  # noqa: S603 - our own
    rate, late = json.loads(done.stdout)
    return rate, late


if __name__ == "__main__":
    sys.exit(main())
