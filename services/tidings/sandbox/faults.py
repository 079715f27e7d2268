"""What can go wrong with RePORTER, on demand."""

from collections import deque
from collections.abc import Mapping, Sequence
from enum import StrEnum
from threading import Lock
from time import monotonic
from typing import Any

from pydantic import BaseModel, Field

BURST = 10
"""Calls within BURST_SPAN, above which RePORTER stalls the connection instead of answering 429."""

BURST_SPAN = 5.0
HANG = 3600.0


class Mode(StrEnum):
    """Ways to fail. From SHORT_PAGE on the answers look right and are not."""

    HANG = "hang"
    BURST_HANG = "burst_hang"
    SLOW = "slow"
    RATE_LIMIT = "rate_limit"
    STATUS = "status"
    RESET = "reset"
    HTML = "html"
    TRUNCATED = "truncated"
    SHORT_PAGE = "short_page"
    SHRUNKEN = "shrunken"
    WRONG_TOTAL = "wrong_total"
    SHIFTING_TOTAL = "shifting_total"
    DOUBLED = "doubled"
    CHURN = "churn"
    VANISHED = "vanished"
    DRIFT = "drift"


class Drift(StrEnum):
    """Ways in which single records are written otherwise than RePORTER writes them."""

    MISSING = "missing"
    RETYPED = "retyped"
    RENAMED = "renamed"
    NULL = "null"
    HUGE = "huge"
    NAN = "nan"
    DOUBLED_NAME = "doubled_name"


class Double(StrEnum):
    """How a record comes twice: on one page, or once more on the next; or with another body."""

    SAME_PAGE = "same_page"
    NEXT_PAGE = "next_page"
    OTHER_BODY = "other_body"


class Fault(BaseModel, frozen=True):
    """A fault and how many requests it befalls; None: all, until another is set."""

    mode: Mode
    times: int | None = Field(default=None, ge=1)
    status: int = Field(default=503, ge=400, le=599, description="for STATUS")
    retry_after: str | None = Field(default=None, description="the header, as it is to be sent")
    seconds: float = Field(default=HANG, ge=0, description="for SLOW and the hangs")
    drift: Drift = Field(default=Drift.MISSING, description="for DRIFT")
    double: Double = Field(default=Double.SAME_PAGE, description="for DOUBLED")
    every: int = Field(
        default=3,
        ge=1,
        description="for DRIFT and VANISHED: befalls the records whose number it divides",
    )
    comes: float = Field(default=0.5, ge=0, le=1, description="for CHURN: records a request")
    goes: float = Field(default=0.3, ge=0, le=1, description="for CHURN: the same")
    seed: int = Field(default=1, description="for what is left to chance")

    def befalls(self, record: Mapping[str, Any]) -> bool:
        """Say whether this is one of the records that it befalls: the same ones each time."""
        return record["appl_id"] % self.every == 0

    def left_of(self, records: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        """Return the records that are there while this fault is set."""
        if self.mode is not Mode.VANISHED:
            return records
        return [record for record in records if not self.befalls(record)]


class Faults:
    """The fault that is set, if one is."""

    def __init__(self) -> None:
        self._fault: Fault | None = None
        self._left = 0
        self._calls: deque[float] = deque(maxlen=BURST)
        self._lock = Lock()

    def set(self, fault: Fault | None) -> None:
        """Set a fault, or none."""
        with self._lock:
            self._fault = fault
            self._left = (fault and fault.times) or 0

    def take(self) -> Fault | None:
        """Return the fault that befalls this request, and count it."""
        with self._lock:
            now = monotonic()
            burst = len(self._calls) == BURST and now - self._calls[0] < BURST_SPAN
            self._calls.append(now)
            fault = self._fault
            if fault is None or (fault.mode is Mode.BURST_HANG and not burst):
                return None
            if fault.times is not None:
                self._left -= 1
                if self._left == 0:
                    self._fault = None
            return fault
