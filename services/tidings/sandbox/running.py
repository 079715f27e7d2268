"""A sandbox in a process of its own, for as long as somebody needs it."""

import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from pydantic import BaseModel

from tidings.clock import Clock
from tidings.errors import RejectedError, RetryableError
from tidings.sandbox.faults import Fault, Mode
from tidings.sandbox.serve import HOST, WEEK_SECONDS, free_port
from tidings.sandbox.visits import Visit

PATIENCE = 60.0
"""Seconds that a sandbox may take to answer; a large corpus takes some."""

PORTS_TRIED = 3


class Options(BaseModel, frozen=True):
    """What the child process is told; see ``tidings.sandbox.serve.serve``."""

    corpus: int = 1000
    week_seconds: float = WEEK_SECONDS
    recordings: Path | None = None
    seed: int = 1
    clock: Clock | None = None
    port: int = 0


class Sandbox:
    """A running sandbox: its address, and what controls it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx.Client(base_url=url, timeout=PATIENCE, trust_env=False)

    def describe(self) -> dict[str, Any]:
        """Say where it stands: its time, its week, or its current recording."""
        return self._http.get("/_sandbox").raise_for_status().json()

    def show(self, index: int) -> None:
        """Make a recording the current one, counted from 0."""
        self._control("recording", {"index": index})

    def hold_week(self, week: int | None) -> None:
        """Let time stand still just after a week was published; None lets it run."""
        self._control("week", {"week": week})

    def write_dates(self, style: str) -> None:
        """Write dates in the ``modern`` or in the ``legacy2025`` way."""
        self._control("dates", {"style": style})

    def fail(self, mode: Mode, **details: Any) -> None:
        """Fail from now on; see ``tidings.sandbox.faults.Fault`` for the details."""
        self._control("faults", Fault(mode=mode, **details).model_dump(mode="json"))

    def churned(self) -> tuple[set[int], set[int]]:
        """Return the awards that came, and those that went, since CHURN was set."""
        told = self._http.get("/_sandbox/churn").raise_for_status().json()
        return set(told["added"]), set(told["gone"])

    def visits(self) -> list[Visit]:
        """Return the requests that came, oldest first; of a great many, the last."""
        told = self._http.get("/_sandbox/visits").raise_for_status().json()
        return [Visit(**visit) for visit in told]

    def recover(self) -> None:
        """Fail no more."""
        self._control("faults", None)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _control(self, name: str, body: object) -> None:
        answer = self._http.post(f"/_sandbox/{name}", json=body)
        if answer.is_error:
            raise RejectedError(f"the sandbox refused: {answer.text}")


@contextmanager
def running_sandbox(options: Options | None = None) -> Generator[Sandbox]:
    """Run a sandbox on a free port in a child process, and end it in any case.

    The child ends by itself when this process does, however that happens.
    """
    process, port = _start(options or Options())
    sandbox = Sandbox(f"http://{HOST}:{port}")
    try:
        yield sandbox
    finally:
        sandbox.close()
        _end(process)


def _start(options: Options) -> tuple[subprocess.Popen[bytes], int]:
    """Start a child that answers; another port is tried when somebody was quicker to take it."""
    words = ""
    for _ in range(PORTS_TRIED):
        port = free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "tidings.sandbox"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        _tell(process, options.model_copy(update={"port": port}))
        if _answers(process, port):
            return process, port
        words = _end(process).decode(errors="replace").strip()
        if "cannot be used" not in words:
            break
    raise RejectedError(f"the sandbox did not start: {words[-2000:] or 'no answer'}")


def _tell(process: subprocess.Popen[bytes], options: Options) -> None:
    if process.stdin is None:
        raise RetryableError("the sandbox has no input")
    process.stdin.write(options.model_dump_json().encode() + b"\n")
    process.stdin.flush()  # and left open: its end tells the child that we are gone


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    deadline = time.monotonic() + PATIENCE
    with httpx.Client(trust_env=False, timeout=PATIENCE) as client:
        while process.poll() is None and time.monotonic() < deadline:
            try:
                return client.get(f"http://{HOST}:{port}/_sandbox").is_success
            except httpx.ConnectError:
                time.sleep(0.05)
            except httpx.TransportError:
                return False
    return False


def _end(process: subprocess.Popen[bytes]) -> bytes:
    """End the child, by force if need be; return what it complained of."""
    if process.poll() is None:
        process.terminate()
    try:
        return process.communicate(timeout=5)[1]
    except subprocess.TimeoutExpired:
        process.kill()
        return process.communicate()[1]
