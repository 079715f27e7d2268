"""The web application of the sandbox: RePORTER's two searches, and what controls them."""

from collections import deque
from typing import Any, Literal

from fastapi import FastAPI, Request, Response
from pydantic import BaseModel
from starlette.types import ASGIApp, Receive, Scope, Send

from tidings.clock import Clock
from tidings.errors import RejectedError
from tidings.sandbox.corpus import Corpus
from tidings.sandbox.desk import Desk, Source
from tidings.sandbox.faults import Fault
from tidings.sandbox.recordings import Recordings
from tidings.sandbox.visits import MOST, Visit, Visits, described

CONTROL = "/_sandbox"


class Shown(BaseModel):
    """Which recording is to be the current one."""

    index: int


class Week(BaseModel):
    """The week at which time is to stand still; None lets it run."""

    week: int | None = None


class Dates(BaseModel):
    """How dates are to be written."""

    style: Literal["modern", "legacy2025"]


class LowerPath:
    """Takes paths without regard to case, as RePORTER does."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its path in small letters."""
        if scope["type"] == "http":
            scope = {**scope, "path": scope["path"].lower()}
        await self._app(scope, receive, send)


def make_app(source: Source, clock: Clock) -> FastAPI:
    """Return the application that serves ``source`` by the time of ``clock``."""
    desk = Desk(source, clock)
    visits: deque[Visit] = deque(maxlen=MOST)
    app = FastAPI(title="Sandbox RePORTER", openapi_url=None)
    app.add_middleware(LowerPath)
    app.add_middleware(Visits, visits=visits)  # the one added last is the outermost

    @app.post("/v2/projects/search")
    async def search_projects(request: Request) -> Response:
        return await desk.answer(request, desk.projects)

    @app.post("/v2/publications/search")
    async def search_publications(request: Request) -> Response:
        return await desk.answer(request, desk.publications)

    _add_controls(app, desk)

    @app.get(CONTROL + "/visits")
    def tell_visits() -> list[dict[str, Any]]:
        return described(visits)

    return app


def _add_controls(app: FastAPI, desk: Desk) -> None:
    @app.get(CONTROL)
    def describe() -> dict[str, Any]:
        now = desk.now()
        return {"now": now, **desk.source.describe(now)}

    @app.post(CONTROL + "/faults")
    def set_fault(fault: Fault | None = None) -> None:
        desk.fail(fault)

    @app.get(CONTROL + "/churn")
    def tell_churn() -> dict[str, Any]:
        return desk.churn.describe()

    @app.post(CONTROL + "/week")
    def hold_week(week: Week) -> None:
        desk.hold(week.week)

    @app.post(CONTROL + "/recording", response_model=None)
    def show_recording(shown: Shown) -> Response | None:
        if not isinstance(desk.source, Recordings):
            return Response("no recordings are served", 409)
        try:
            desk.source.show(shown.index)
        except RejectedError as error:
            return Response(str(error), 422)
        return None

    @app.post(CONTROL + "/dates", response_model=None)
    def write_dates(dates: Dates) -> Response | None:
        if not isinstance(desk.source, Corpus):
            return Response("recorded dates are not rewritten", 409)
        desk.source.write_dates(dates.style)
        return None
