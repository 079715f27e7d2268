"""The first page: a search box, what this is, and what happened lately."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from tidings.pages.search_help import EXAMPLES
from tidings.projects.ops_queries import last_whole_sweep
from tidings.projects.queries import projects_page
from tidings.web.site import READ, site_of

router = APIRouter()

LISTED = 6


@router.api_route("/", methods=READ)
def home(request: Request) -> HTMLResponse:
    """Say what this is, and what happened lately."""
    site = site_of(request)
    with site.reading() as session:
        sweep = last_whole_sweep(session)
        projects = projects_page(session, limit=LISTED)
    return site.page("pages/home.html", sweep=sweep, projects=projects, examples=EXAMPLES)
