"""The site: one application, its routes by audience."""

from importlib.metadata import version
from pathlib import Path

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from sqlalchemy import Engine
from starlette.exceptions import HTTPException as StarletteHTTPException

from tidings.config import Settings
from tidings.errors import RejectedError
from tidings.jobs import Enqueue
from tidings.pages.facts import official_title
from tidings.projects.names import title_case
from tidings.projects.wording import change_line
from tidings.rendering.environment import environment
from tidings.rendering.folder import templates_folder
from tidings.web import account, coverage, health, inbox, ops, saving, search, studies, sweeps
from tidings.web.guard import HEADERS, add_guard
from tidings.web.site import QueueDepths, Site, site_of


def create_app(
    settings: Settings,
    engine: Engine,
    *,
    enqueue: Enqueue | None = None,
    queue_depths: QueueDepths | None = None,
) -> FastAPI:
    """Return the site over this database.

    ``enqueue`` rings bells for what a reader should not wait for; without it recover finds the
    rows. ``queue_depths`` lets the operators' page look into the broker.
    """
    app = FastAPI(title="Tidings", version=version("tidings"), docs_url=None, redoc_url=None)
    templates = environment(
        extra={
            "change_line": change_line,
            "clock": settings.clock.now,
            "captures_mail": settings.sender == "capture",
        }
    )
    app.state.site = Site(settings, engine, templates, enqueue, queue_depths)
    templates.filters.update({"name": title_case, "official": official_title})
    add_guard(app)
    for routes in (search, saving, studies, account, inbox, ops, sweeps, coverage, health):
        app.include_router(routes.router)
    static = Path(templates_folder()) / "static"
    app.mount("/static", StaticFiles(directory=static), name="static")
    app.exception_handler(StarletteHTTPException)(_refused)
    app.exception_handler(RequestValidationError)(_unreadable)
    app.exception_handler(RejectedError)(_rejected)
    app.exception_handler(Exception)(_broken)
    return app


def _refused(request: Request, error: HTTPException) -> HTMLResponse:
    words = "There is no such page." if error.status_code == 404 else str(error.detail)
    page = _error(request, error.status_code, words)
    page.headers.update(error.headers or {})
    return page


def _unreadable(request: Request, error: RequestValidationError) -> HTMLResponse:
    if any(problem["loc"][0] == "path" for problem in error.errors()):
        return _error(request, 404, "There is no such page.")
    names = ", ".join(str(problem["loc"][-1]) for problem in error.errors())
    return _error(request, 400, f"Something is missing or cannot be read: {names}.")


def _rejected(request: Request, error: RejectedError) -> HTMLResponse:
    return _error(request, 400, str(error))


def _broken(request: Request, _error_seen: Exception) -> HTMLResponse:
    page = _error(request, 500, "Something went wrong on our side. It has been written down.")
    page.headers.update(HEADERS)  # what breaks passes by the guard
    return page


def _error(request: Request, status: int, words: str) -> HTMLResponse:
    return site_of(request).page("pages/error.html", status=status, words=words)
