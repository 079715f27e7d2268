"""The web application of the sandbox: RePORTER's two searches, and what controls them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

import orjson
from fastapi import FastAPI, Request, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from tidings.clock import Clock
from tidings.errors import RejectedError
from tidings.sandbox import asked as requests
from tidings.sandbox.asked import Asked, Refused, read_request
from tidings.sandbox.corpus import Corpus
from tidings.sandbox.faults import Fault, Faults, Mode, kept, spoil
from tidings.sandbox.matching import select, select_links
from tidings.sandbox.recordings import Recordings
from tidings.sandbox.replies import project_reply, publication_reply, refusal
from tidings.sandbox.weeks import published_at

CONTROL = "/_sandbox"
Answerer = Callable[[bytes, Fault | None], dict[str, Any]]


class Source(Protocol):
    """Where records come from."""

    def records(self, now: datetime) -> Sequence[Mapping[str, Any]]:
        """Return what is published at ``now``."""
        ...

    def links(self, now: datetime) -> Sequence[Mapping[str, Any]]:
        """Return the publication links published at ``now``."""
        ...

    def describe(self, now: datetime) -> dict[str, Any]:
        """Say where the source stands."""
        ...


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


class Desk:
    """Answers searches from a source, at the time of a clock or at a week that is held."""

    def __init__(self, source: Source, clock: Clock) -> None:
        self.source = source
        self.faults = Faults()
        self.held: datetime | None = None
        self._clock = clock

    def now(self) -> datetime:
        """Return the calendar time that counts."""
        return self.held or self._clock.now()

    def hold(self, week: int | None) -> None:
        """Let time stand still just after a week was published, or run again."""
        self.held = None if week is None else published_at(week) + timedelta(minutes=1)

    def projects(self, content: bytes, fault: Fault | None) -> dict[str, Any]:
        """Answer a search for projects."""
        asked = read_request(content, requests.PROJECT_CRITERIA)
        records = self.source.records(self.now())
        found = select(records, asked.criteria)
        recorded: Mapping[str, Any] | None = None
        if isinstance(self.source, Recordings):
            recorded = {} if asked.criteria else self.source.meta()
        if fault is not None and fault.mode is Mode.SHRUNKEN:
            found = found[: kept(len(found))]
            recorded = None if recorded is None else {}
        return _shortened(project_reply(asked, found, recorded=recorded), fault)

    def publications(self, content: bytes, fault: Fault | None) -> dict[str, Any]:
        """Answer a search for publications."""
        asked: Asked = read_request(
            content,
            requests.PUBLICATION_CRITERIA,
            last_offset=requests.LAST_PUBLICATION_OFFSET,
        )
        found = select_links(self.source.links(self.now()), asked.criteria)
        return _shortened(publication_reply(asked, found), fault)

    async def answer(self, request: Request, answerer: Answerer) -> Response:
        """Answer a request, unless a fault is set."""
        fault = self.faults.take()
        if fault is not None and (spoiled := await spoil(fault)) is not None:
            return spoiled
        content = await request.body()
        try:
            reply = await run_in_threadpool(answerer, content, fault)
        except Refused as refused:
            return Response(orjson.dumps(refusal(str(refused))), 400, media_type="application/json")
        body = orjson.dumps(reply)
        if fault is not None and fault.mode is Mode.TRUNCATED:
            body = body[: kept(len(body))]
        return Response(body, media_type="application/json")


def make_app(source: Source, clock: Clock) -> FastAPI:
    """Return the application that serves ``source`` by the time of ``clock``."""
    desk = Desk(source, clock)
    app = FastAPI(title="Sandbox RePORTER", openapi_url=None)
    app.add_middleware(LowerPath)

    @app.post("/v2/projects/search")
    async def search_projects(request: Request) -> Response:
        return await desk.answer(request, desk.projects)

    @app.post("/v2/publications/search")
    async def search_publications(request: Request) -> Response:
        return await desk.answer(request, desk.publications)

    _add_controls(app, desk)
    return app


def _add_controls(app: FastAPI, desk: Desk) -> None:
    @app.get(CONTROL)
    def describe() -> dict[str, Any]:
        now = desk.now()
        return {"now": now, **desk.source.describe(now)}

    @app.post(CONTROL + "/faults")
    def set_fault(fault: Fault | None = None) -> None:
        desk.faults.set(fault)

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


def _shortened(reply: dict[str, Any], fault: Fault | None) -> dict[str, Any]:
    if fault is not None and fault.mode is Mode.SHORT_PAGE:
        reply["results"] = reply["results"][: kept(len(reply["results"]))]
    return reply
