"""Records that come and go while they are read."""

from bisect import insort
from collections.abc import Mapping, Sequence
from random import Random
from threading import Lock
from typing import Any

from tidings.sandbox.faults import Fault

Record = Mapping[str, Any]

AFTER = 0.1
"""How many of those that come stand behind all others, as new awards do; the others in between."""


class Churn:
    """A source that never rests: the same fault and the same questions move it the same way."""

    def __init__(self, fault: Fault) -> None:
        self._fault = fault
        self._rng = Random(fault.seed)  # noqa: S311 - an invented world
        self._records: list[Record] = []
        self._began = False
        self._added: set[int] = set()
        self._gone: set[int] = set()
        self._lock = Lock()

    def moved(self, records: Sequence[Record]) -> Sequence[Record]:
        """Return what is there at this request; the first one says what it begins with."""
        with self._lock:
            if not self._began:
                self._records, self._began = sorted(records, key=_appl_id), True
            if self._records and self._rng.random() < self._fault.comes:
                self._add()
            if self._records and self._rng.random() < self._fault.goes:
                gone = self._records.pop(self._rng.randrange(len(self._records)))
                self._gone.add(_appl_id(gone))
            return tuple(self._records)

    def describe(self) -> dict[str, Any]:
        """Say which records came and which went; one may have done both."""
        with self._lock:
            return {"added": sorted(self._added), "gone": sorted(self._gone)}

    def _add(self) -> None:
        """Add a record beside one of the others, whose text it has."""
        taken = {_appl_id(record) for record in self._records} | self._gone
        number = max(taken) + 1
        if self._rng.random() >= AFTER:
            first, last = _appl_id(self._records[0]), _appl_id(self._records[-1])
            while number in taken or number > last:
                number = self._rng.randint(first, last)
        like = self._rng.choice(self._records)
        insort(self._records, {**like, "appl_id": number}, key=_appl_id)
        self._added.add(number)


def _appl_id(record: Record) -> int:
    return record["appl_id"]
