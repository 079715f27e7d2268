"""Count and checksum of what was found, whatever the order: what tells that two engines agree."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

AT_ONCE = 1_000_000
"""Pairs that are mixed together: bounds the memory, which counts as the engine's."""

Words = NDArray[np.uint64]


@dataclass(slots=True)
class Tally:
    """Sums up pairs of a search and an award."""

    count: int = 0
    total: int = 0

    def add(self, searches: Any, positions: Any) -> None:
        """Add pairs, given as two equally long sequences of whole numbers from 0."""
        ids, places = np.asarray(searches), np.asarray(positions)
        if len(ids) != len(places):
            raise ValueError(f"{len(ids)} searches beside {len(places)} awards")
        self.count += len(ids)
        for start in range(0, len(ids), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            pairs = ids[part].astype(np.uint64) << np.uint64(32) | places[part].astype(np.uint64)
            self.total = (self.total + int(_mix(pairs).sum(dtype=np.uint64))) % 2**64

    @property
    def checksum(self) -> str:
        """The sum of the mixed pairs, as 16 hexadecimal digits."""
        return f"{self.total:016x}"


def _mix(pairs: Words) -> Words:
    """Scatter 64 bits over 64 bits, so that no two sets of pairs are likely to sum up alike."""
    pairs = pairs + np.uint64(0x9E3779B97F4A7C15)
    pairs = (pairs ^ (pairs >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    pairs = (pairs ^ (pairs >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return pairs ^ (pairs >> np.uint64(31))
