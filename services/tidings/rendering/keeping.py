"""Keeps what was costly to make, as much of it as fits into so many bytes."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Kept = TypeVar("Kept")


class Shelf(Generic[Kept]):
    """What was used last stays; what was not used for longest goes when ``most`` bytes are full.

    ``size`` gives the bytes of one thing. Safe in several threads: two that want the same new
    thing at once may both make it, and what they make is the same.
    """

    def __init__(self, most: int, size: Callable[[Kept], int]) -> None:
        self._most = most
        self._size = size
        self._used = 0
        self._things: OrderedDict[Hashable, Kept] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """Return what is kept under ``key``, made now if it is not there."""
        with self._lock:
            if (kept := self._things.get(key)) is not None:
                self._things.move_to_end(key)
                return kept
        made = make()
        with self._lock:
            if key not in self._things:
                self._things[key] = made
                self._used += self._size(made)
            while self._used > self._most:
                self._used -= self._size(self._things.popitem(last=False)[1])
        return made
