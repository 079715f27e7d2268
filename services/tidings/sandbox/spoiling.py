"""Faults that take the place of an answer."""

import asyncio

from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from tidings.sandbox.faults import Fault, Mode

MAINTENANCE = "<!DOCTYPE html><html><body>Scheduled maintenance</body></html>"


class _Broken(Response):
    """Begins an answer and ends without it: the connection breaks."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the first bytes only."""
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b'{"meta":', "more_body": True})


async def spoil(fault: Fault) -> Response | None:
    """Return the answer that a fault gives instead of the true one, or None; SLOW only waits."""
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
        case _:
            pass
    return None
