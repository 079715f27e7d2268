"""What can go wrong with RePORTER, on demand."""

import asyncio
from collections import deque
from datetime import datetime, timedelta
from enum import StrEnum
from threading import Lock

from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from tidings.clock import machine_now

BURST = 10
"""Calls within BURST_SPAN, above which RePORTER stalls the connection instead of answering 429."""

BURST_SPAN = timedelta(seconds=5)
HANG = 3600.0
MAINTENANCE = "<!DOCTYPE html><html><body>Scheduled maintenance</body></html>"
KEPT = 0.4
"""How much of an answer is left by the faults that take some of it."""


class Mode(StrEnum):
    """Ways to fail. The last two are answers that look right and are not."""

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


class Fault(BaseModel, frozen=True):
    """A fault and how many requests it befalls; None: all, until another is set."""

    mode: Mode
    times: int | None = Field(default=None, ge=1)
    status: int = Field(default=503, ge=400, le=599, description="for STATUS")
    retry_after: str | None = Field(default=None, description="the header, as it is to be sent")
    seconds: float = Field(default=HANG, ge=0, description="for SLOW and the hangs")


class Faults:
    """The fault that is set, if one is."""

    def __init__(self) -> None:
        self._fault: Fault | None = None
        self._left = 0
        self._calls: deque[datetime] = deque(maxlen=BURST)
        self._lock = Lock()

    def set(self, fault: Fault | None) -> None:
        """Set a fault, or none."""
        with self._lock:
            self._fault = fault
            self._left = (fault and fault.times) or 0

    def take(self) -> Fault | None:
        """Return the fault that befalls this request, and count it."""
        with self._lock:
            now = machine_now()
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


class _Broken(Response):
    """Begins an answer and ends without it: the connection breaks."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the first bytes only."""
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b'{"meta":', "more_body": True})


async def spoil(fault: Fault) -> Response | None:
    """Return the answer that a fault gives instead of the true one, or None."""
    headers = {"Retry-After": fault.retry_after} if fault.retry_after is not None else {}
    match fault.mode:
        case Mode.HANG | Mode.BURST_HANG | Mode.SLOW:
            await asyncio.sleep(fault.seconds)
        case Mode.RATE_LIMIT:
            return JSONResponse(["Too many requests."], 429, headers)
        case Mode.STATUS:
            return Response("unavailable", fault.status, headers, "text/plain")
        case Mode.RESET:
            return _Broken()
        case Mode.HTML:
            return Response(MAINTENANCE, 200, headers, "text/html")
        case Mode.TRUNCATED | Mode.SHORT_PAGE | Mode.SHRUNKEN:
            pass
    return None


def kept(number: int) -> int:
    """Return how many of so many rows or bytes a fault leaves."""
    return int(number * KEPT)
