"""Named places at which a test kills, breaks or delays this process; free when none is armed.

Every commit, every publish and every write to a socket stands between two of them (``around``;
``tests/test_failpoints.py`` holds us to it), so that whatever may be lost can be lost on purpose.

A plan is written ``NAME=ACTION[@N]``; several are parted by ``;``. Actions are ``kill`` (SIGKILL),
``raise`` (an error nobody expects), ``drop`` (the connection breaks), ``full`` (the disk is full)
and ``sleep:SECONDS``. ``@N`` strikes at the Nth time only, counted over all processes that share a
folder; without it, at every time.
"""

import errno
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from types import TracebackType

PLAN, FOLDER = "TIDINGS_FAILPOINTS", "TIDINGS_FAILPOINTS_DIR"
BEFORE, AFTER = ":before", ":after"


class FailpointError(Exception):
    """What the action ``raise`` raises: a bug, as far as the system can tell."""


@dataclass(frozen=True)
class Strike:
    """What happens at a point: ``action``, and at which of the times (None: at all)."""

    action: str
    nth: int | None = None


class Plan:
    """The points that are armed, and the folder that counts how often each was reached."""

    def __init__(self, strikes: Mapping[str, Strike], folder: Path | None = None) -> None:
        self._strikes = dict(strikes)
        self._folder = folder
        self._reached: dict[str, int] = {}

    def reach(self, name: str) -> None:
        """Strike, if the point is armed and its time has come."""
        strike = self._strikes.get(name)
        if strike is None:
            return
        if strike.nth is None or self._count(name) == strike.nth:
            _act(strike.action, name)

    def _count(self, name: str) -> int:
        """Return how often the point was reached, by all processes together, this time counted."""
        if self._folder is None:
            self._reached[name] = self._reached.get(name, 0) + 1
            return self._reached[name]
        file = os.open(self._folder / name, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, b".")
            return os.lseek(file, 0, os.SEEK_CUR)  # the end of our own byte, whoever writes too
        finally:
            os.close(file)


def read_plan(text: str, folder: Path | None = None) -> Plan | None:
    """Read a plan; None for an empty text. Raises ValueError for one that makes no sense."""
    strikes: dict[str, Strike] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        name, _, rest = part.partition("=")
        action, _, nth = rest.partition("@")
        if action.partition(":")[0] not in {"kill", "raise", "drop", "full", "sleep"}:
            raise ValueError(f"a failpoint cannot do {action!r}")
        strikes[name] = Strike(action, int(nth) if nth else None)
    return Plan(strikes, folder) if strikes else None


class _Switch:
    """Holds the plan of this process."""

    plan: Plan | None = read_plan(
        os.environ.get(PLAN, ""), Path(os.environ[FOLDER]) if FOLDER in os.environ else None
    )


def arm(plan: Plan | None) -> None:
    """Arm the points of ``plan``, and no others, in this process."""
    _Switch.plan = plan


def failpoint(name: str) -> None:
    """Be a place at which a test may strike."""
    if _Switch.plan is not None:
        _Switch.plan.reach(name)


class around:  # noqa: N801 - reads as the word it is: with around("..."):
    """Put a point before what stands in the block, and one after it if it ends well."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        """Be the point before."""
        if _Switch.plan is not None:
            _Switch.plan.reach(self._name + BEFORE)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _at: TracebackType | None,
    ) -> None:
        """Be the point after."""
        if _Switch.plan is not None and kind is None:
            _Switch.plan.reach(self._name + AFTER)


def _act(action: str, name: str) -> None:
    match action.partition(":"):
        case "kill", _, _:
            os.kill(os.getpid(), signal.SIGKILL)
        case "drop", _, _:
            raise ConnectionResetError(errno.ECONNRESET, f"broken at {name}")
        case "full", _, _:
            raise OSError(errno.ENOSPC, f"no space at {name}")
        case "sleep", _, seconds:
            sleep(float(seconds))
        case _:
            raise FailpointError(name)
