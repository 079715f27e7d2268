"""The site: one application, its routes by audience."""

from functools import partial

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from jinja2 import Environment
from sqlalchemy import Engine
from starlette.exceptions import HTTPException as StarletteHTTPException

from tidings.config import Settings
from tidings.errors import RejectedError
from tidings.jobs import Enqueue
from tidings.pages.showing import official_title
from tidings.projects.names import title_case
from tidings.projects.wording import change_line
from tidings.rendering.environment import environment
from tidings.rendering.speech import LANGUAGES, Sayable, Speech
from tidings.web import (
    account,
    api_page,
    coverage,
    desk,
    desk_text,
    endpoints,
    feeds,
    glossary,
    health,
    home,
    hooks,
    inbox,
    ledger,
    lists,
    mail_pages,
    manage,
    manage_feeds,
    manage_lists,
    manage_parts,
    manage_tokens,
    ops,
    own_data,
    past_studies,
    robots,
    saving,
    search,
    sign_in,
    studies,
    sweeps,
    unsubscribing,
    webhooks,
    well_known,
)
from tidings.web.api.app import PATH, create_api
from tidings.web.api.problems import SAID, problem
from tidings.web.assets import FOLDER, Assets, asset
from tidings.web.guard import HEADERS, Guard, refused
from tidings.web.kept_pages import KeptPages
from tidings.web.limits import Limiter
from tidings.web.page_cache import PageCache
from tidings.web.site import QueueDepths, Site
from tidings.web.tongues import Tongues, address_in, english_only, record_language

FOR_READERS = (
    home,
    search,
    saving,
    past_studies,
    studies,
    account,
    sweeps,
    coverage,
    glossary,
    feeds,
    ledger,
    unsubscribing,
    mail_pages,
    sign_in,
    manage,
    manage_parts,
    manage_feeds,
    manage_tokens,
    manage_lists,
    lists,
    own_data,
    endpoints,
    webhooks,
)
"""Pages in every language."""

FOR_OTHERS = (api_page, inbox, ops, desk, desk_text, hooks, health, robots, well_known)
"""Pages for operators, and what programs read: each has one address, without a language."""

WORDS = {
    404: Sayable("There is no such page."),
    405: Sayable("This page takes no such request."),
}
"""What is said where nobody has said more."""


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
    app = FastAPI(openapi_url=None)  # what programs ask is described by the API beneath it
    templates = {language: _templates(settings, Speech(language)) for language in LANGUAGES}
    limiter = Limiter(settings.limits)
    kept = PageCache(settings.page_cache_mb * 1_000_000)
    site = Site(settings, engine, templates, enqueue, queue_depths, limiter=limiter, kept=kept)
    app.state.site = site
    if settings.page_cache_mb:
        app.add_middleware(KeptPages, site=site)
    app.add_middleware(Guard)
    app.add_middleware(Tongues)
    for routes in FOR_READERS:
        app.include_router(routes.router)
    for routes in FOR_OTHERS:
        app.include_router(routes.router, dependencies=[Depends(english_only)])
    app.state.api = create_api(site)
    app.mount(PATH, app.state.api)
    app.mount("/static", Assets(directory=FOLDER), name="static")
    app.exception_handler(StarletteHTTPException)(_refused)
    app.exception_handler(RequestValidationError)(_unreadable)
    app.exception_handler(RejectedError)(_rejected)
    app.exception_handler(Exception)(_broken)
    return app


def _templates(settings: Settings, speech: Speech) -> Environment:
    """Return the templates of pages in one language."""
    made = environment(
        speech=speech,
        extra={
            "asset": asset,
            "change_line": partial(change_line, speech=speech),
            "clock": settings.clock.now,
            "captures_mail": settings.sender == "capture",
            "language_names": LANGUAGES,
            "say": speech.say,
            "site_url": settings.site_url.rstrip("/"),
            "to": partial(address_in, speech),
            "of_record": record_language(speech),
        },
    )
    made.filters.update({"name": title_case, "official": official_title})
    return made


def _refused(request: Request, error: HTTPException) -> Response:
    if request.scope["path"].startswith(f"{PATH}/"):  # a line break in it leads past the mount
        return problem(error.status_code, SAID[404])
    words = error.detail if isinstance(error.detail, Sayable) else WORDS.get(error.status_code)
    page = refused(request, error.status_code, words or error.detail)
    page.headers.update(error.headers or {})
    return page


def _unreadable(request: Request, error: RequestValidationError) -> HTMLResponse:
    if any(problem["loc"][0] == "path" for problem in error.errors()):
        return refused(request, 404, WORDS[404])
    names = ", ".join(str(problem["loc"][-1]) for problem in error.errors())
    words = Sayable("Something is missing or cannot be read: {names}.", names=names)
    return refused(request, 400, words)


def _rejected(request: Request, error: RejectedError) -> HTMLResponse:
    return refused(request, 400, error.text)


def _broken(request: Request, _error_seen: Exception) -> HTMLResponse:
    words = Sayable("Something went wrong on our side. It has been written down.")
    page = refused(request, 500, words)
    page.headers.update(HEADERS)  # what breaks passes by the guard
    return page
