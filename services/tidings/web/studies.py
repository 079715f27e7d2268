"""Public pages: home, one study. No cookie, no script, cacheable."""

from hashlib import blake2b

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from tidings.pages.facts import study_facts
from tidings.projects.models import Award, Change, Project
from tidings.projects.ops_queries import last_whole_sweep
from tidings.projects.queries import (
    awards_of,
    canonical_of,
    project_by_key,
    projects_page,
    timeline,
)
from tidings.projects.wording import worst_first
from tidings.rendering.speech import Sayable
from tidings.subscribers.models import Cadence
from tidings.web.site import READ, Site, StudyKey, site_of

router = APIRouter()

PAGE_REVISION = "2"
"""Part of every study page's ETag; raise it when the template changes what a reader sees."""

CACHE = "public, max-age=300, stale-while-revalidate=600"


@router.api_route("/", methods=READ)
def home(request: Request) -> HTMLResponse:
    """Say what this is, and what happened lately."""
    site = site_of(request)
    with site.reading() as session:
        sweep = last_whole_sweep(session)
        projects = projects_page(session, limit=10)
    return site.page("pages/home.html", sweep=sweep, projects=projects)


@router.api_route("/studies/{key}", methods=READ)
def study(request: Request, key: StudyKey) -> Response:
    """Show one study: its facts, the researchers' own words, what has changed."""
    site = site_of(request)
    if key != key.upper():
        return RedirectResponse(site.to(f"/studies/{key.upper()}"), status_code=301)
    with site.reading() as session:
        project = project_by_key(session, key)
        if project is None or project.id is None:
            raise HTTPException(404, Sayable("We know no such study."))
        awards = awards_of(session, project.id)
        told = worst_first(timeline(session, project.id))
        changes = sorted(told, key=lambda change: change.seen_at, reverse=True)
    etag = _etag(site, project, list(awards), changes)
    headers = {"ETag": etag, "Cache-Control": CACHE}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    current = next(award for award in awards if award.appl_id == project.current_appl_id)
    others = [canonical_of(award) for award in awards if award is not current]
    page = site.page(
        "pages/study.html",
        project=project,
        facts=study_facts(canonical_of(current), others),
        award=current,
        awards=awards,
        changes=changes,
        cadences=Cadence,
    )
    page.headers.update(headers)
    return page


def _etag(site: Site, project: Project, awards: list[Award], changes: list[Change]) -> str:
    versions = ",".join(f"{award.appl_id}.{award.version}" for award in awards)
    state = f"{PAGE_REVISION} {site.speech.language} {project.title} {versions} {len(changes)}"
    return f'"{blake2b(state.encode(), digest_size=12).hexdigest()}"'
