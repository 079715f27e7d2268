"""What the benchmark asks of an engine that it compares."""

import platform
import resource
from collections.abc import Iterator, Sequence
from typing import Protocol

from tests.bench.shapes import Award, Pairs, Search


class Peer(Protocol):
    """An engine in the benchmark; used once: load and take, then match."""

    def load(self, searches: Sequence[Search]) -> None:
        """Take more searches, which are numbered from 0 as they come. Not counted."""
        ...

    def take(self, awards: Sequence[Award]) -> None:
        """Bring the awards into the form in which the engine is handed them. Not counted."""
        ...

    def match(self) -> Iterator[Pairs]:
        """Index the awards if need be and return what fits what, in parts. All of it counts."""
        ...

    def clock(self) -> float:
        """Return the CPU seconds that the engine has used so far."""
        ...

    def peak(self) -> int:
        """Return the most memory that the engine's process has held, in bytes."""
        ...

    def version(self) -> str:
        """Return which engine this is."""
        ...

    def close(self) -> None:
        """Let go of what is open."""
        ...


def own_peak() -> int:
    """Return the most memory that this process has held, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if platform.system() == "Darwin" else peak * 1024
