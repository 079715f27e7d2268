"""Child processes that are started, watched, restarted and ended in order."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic, sleep

import structlog

from tidings.errors import RejectedError

log = structlog.get_logger()

PR_SET_PDEATHSIG = 1
SETTLED_SECONDS = 30.0
"""A child that lived this long starts again soon; one that did not waits longer and longer."""
LONGEST_WAIT = 30.0
STOP_SECONDS = 25.0


def _die_with_parent() -> None:
    """Let the kernel end this process when its parent dies, so that nothing is left behind."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    """One process that ought to run; ``once`` means that it may end by itself when it is done."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    once: bool = False
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    start_again: float = 0.0
    kill_at: float = 0.0

    def start(self) -> None:
        """Start the process in a group of its own, so that Ctrl-C reaches the supervisor alone."""
        self.process = subprocess.Popen(  # noqa: S603 - commands of our own
            self.command,
            env={**os.environ, **self.env},
            process_group=0,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - one thread
        )
        self.started = monotonic()
        self.kill_at = 0.0

    def replace(self, reason: str) -> None:
        """End the process as it is of no use; ``watch`` starts another, by force if need be."""
        if self.process is not None and not self.kill_at:
            log.warning("child.useless", child=self.name, reason=reason)
            self.kill_at = monotonic() + STOP_SECONDS
            self.process.terminate()

    def watch(self) -> None:
        """Start the process again if it has died and has waited long enough."""
        if self.process is None:
            return
        if self.process.poll() is None:
            if self.kill_at and monotonic() >= self.kill_at:
                _kill_group(self.process)
            return
        code = self.process.returncode
        if self.once and code == 0:
            self.process = None
            return
        if not self.start_again:
            settled = monotonic() - self.started > SETTLED_SECONDS
            self.failures = 0 if settled else self.failures + 1
            wait = min(0.5 * 2**self.failures, LONGEST_WAIT)
            self.start_again = monotonic() + wait
            _kill_group(self.process)  # the children that it had would stand in the next one's way
            log.warning("child.died", child=self.name, code=code, starts_again_in=wait)
        elif monotonic() >= self.start_again:
            self.start_again = 0.0
            self.start()
            log.info("child.restarted", child=self.name)

    def stop(self) -> None:
        """End the process in order, or by force when it does not end."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            _kill_group(self.process)
            self.process.wait()


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and what it started, as far as they are still there."""
    with suppress(ProcessLookupError, PermissionError):  # macOS says the latter of a dead group
        os.killpg(process.pid, signal.SIGKILL)


def wait_until(what: str, ready: Callable[[], bool], child: Child, *, seconds: float) -> None:
    """Return when ``ready``; RejectedError when the child dies or the time is over."""
    end = monotonic() + seconds
    while not ready():
        if child.process is not None and child.process.poll() is not None:
            raise RejectedError(f"{what} ended at once with code {child.process.returncode}")
        if monotonic() > end:
            raise RejectedError(f"{what} did not answer within {seconds:.0f} s")
        sleep(0.05)
