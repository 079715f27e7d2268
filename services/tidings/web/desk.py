"""The editors' desk: what waits, shelf by shelf, and which models' words are shown."""

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from tidings.errors import RejectedError
from tidings.flows.hide_model import hide_model
from tidings.flows.show_model import show_model
from tidings.pages.desk_queries import Shelf, models_that_wrote, shelf, shelf_counts
from tidings.projects.queries import project_by_key
from tidings.rendering.speech import LANGUAGES
from tidings.web.editors import AtDesk, AtDeskForm, DeskMember
from tidings.web.site import READ, Site, site_of

router = APIRouter(prefix="/desk")

PAGE = 50
"""Texts on one page of a shelf."""

FARTHEST = 100_000

SHELVES = {
    Shelf.STALE: ("To be read again", "No published sentence has lost its source."),
    Shelf.DRAFTS: ("Drafts", "No draft waits."),
    Shelf.FAILED: ("Failed", "No draft has failed."),
    Shelf.PUBLISHED: ("Published", "Nothing is published yet."),
}
"""How each shelf is called, and what it says when it is empty."""

SEE_OTHER = 303


@router.api_route("", methods=READ)
def overview(
    request: Request,
    editor: AtDesk,
    show: Shelf = Shelf.STALE,
    language: str = "",
    offset: Annotated[int, Query(ge=0, le=FARTHEST)] = 0,
) -> HTMLResponse:
    """Show a shelf: what waits longest comes first."""
    site, chosen = site_of(request), language if language in LANGUAGES else ""
    with site.reading() as session:
        counts = shelf_counts(session, language=chosen)
        rows = shelf(session, show, language=chosen, offset=offset, limit=PAGE)
    return site.page(
        "pages/desk.html",
        editor=editor,
        shelves=SHELVES,
        show=show,
        language=chosen,
        counts=counts,
        rows=rows,
        offset=offset,
        step=PAGE,
    )


@router.api_route("/open", methods=READ)
def open_study(
    request: Request,
    _editor: AtDesk,
    key: Annotated[str, Query(max_length=40, pattern="^[ -~]*$")] = "",
    language: str = "en",
) -> Response:
    """Lead to the texts of a study that an editor named."""
    with site_of(request).reading() as session:
        project = project_by_key(session, key)
    if project is None or language not in LANGUAGES:
        raise HTTPException(404, "We know no such study. Its key looks like CA286969.")
    return RedirectResponse(f"/desk/studies/{project.key}/{language}", SEE_OTHER)


@router.api_route("/models", methods=READ)
def models(request: Request, editor: AtDesk) -> HTMLResponse:
    """Show which language models wrote what, and which of them are hidden."""
    return _models_page(site_of(request), editor)


@router.post("/models/hide")
def hide(
    request: Request,
    editor: AtDeskForm,
    model: Annotated[str, Form(max_length=200)],
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Show nothing more of what a model wrote."""
    site = site_of(request)
    try:
        with site.writing() as session:
            hide_model(session, model, reason=reason, editor_id=editor.editor_id, now=site.now)
    except RejectedError as error:
        return _models_page(site, editor, (model, error.text))
    return RedirectResponse("/desk/models", SEE_OTHER)


@router.post("/models/show")
def show_again(
    request: Request, editor: AtDeskForm, model: Annotated[str, Form(max_length=200)]
) -> Response:
    """Show again what editors accepted of it."""
    site = site_of(request)
    try:
        with site.writing() as session:
            show_model(session, model, editor_id=editor.editor_id)
    except RejectedError as error:
        return _models_page(site, editor, (model, error.text))
    return RedirectResponse("/desk/models", SEE_OTHER)


def _models_page(
    site: Site, editor: DeskMember, problem: tuple[str, str] | None = None
) -> HTMLResponse:
    with site.reading() as session:
        rows = models_that_wrote(session)
    return site.page(
        "pages/desk_models.html",
        status=400 if problem else 200,
        editor=editor,
        rows=rows,
        problem=problem,
    )
