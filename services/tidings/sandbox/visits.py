"""Who asked when: politeness as the other side sees it."""

from collections import deque
from dataclasses import asdict, dataclass
from time import monotonic
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST = 10_000
"""Requests that are remembered; the oldest are forgotten."""


@dataclass
class Visit:
    """A request: when its first bytes were read, by a clock that all processes share.

    ``status`` is None until it is answered.
    """

    at: float
    path: str
    status: int | None = None


class Visits:
    """The outermost layer: notes every search before anything else is done about it."""

    def __init__(self, app: ASGIApp, *, visits: deque[Visit]) -> None:
        self._app = app
        self._visits = visits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note a request, pass it on, and note its answer."""
        if scope["type"] != "http" or not scope["path"].lower().startswith("/v2/"):
            await self._app(scope, receive, send)
            return
        visit = Visit(monotonic(), scope["path"])
        self._visits.append(visit)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                visit.status = message["status"]
            await send(message)

        await self._app(scope, receive, answer)


def described(visits: deque[Visit]) -> list[dict[str, Any]]:
    """Return visits as JSON, oldest first."""
    return [asdict(visit) for visit in list(visits)]
