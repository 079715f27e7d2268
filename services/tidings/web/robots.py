"""What search engines ask for: where they may look, and which studies there are."""

from collections.abc import Iterator
from html import escape

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import PlainTextResponse, StreamingResponse

from tidings.projects.site_queries import PER_FILE, studies_from, study_files
from tidings.rendering.speech import LANGUAGES, speech_of
from tidings.web.guard import PERSONAL
from tidings.web.site import READ, RowId, Site, site_of
from tidings.web.tongues import address_in

router = APIRouter(include_in_schema=False)

CLOSED = (*PERSONAL, "/ops", "/inbox", "/searches/", "/alerts")
"""Where nothing is for the public; each begins a path, in every language."""

KEPT = {"Cache-Control": "public, max-age=3600"}
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


@router.api_route("/robots.txt", methods=READ)
def robots(request: Request) -> Response:
    """Say where search engines may look."""
    paths = [address_in(speech_of(one), path) for one in LANGUAGES for path in CLOSED]
    closed = "".join(f"Disallow: {path}\n" for path in paths)
    text = f"User-agent: *\n{closed}Sitemap: {_home(site_of(request))}/sitemap.xml\n"
    return PlainTextResponse(text, headers=KEPT)


@router.api_route("/sitemap.xml", methods=READ)
def sitemap(request: Request) -> Response:
    """List the files that list the studies, and when each last changed."""
    site = site_of(request)
    with site.reading() as session:
        files = study_files(session)
    entries = "".join(
        f"<sitemap><loc>{_home(site)}/sitemaps/{number}.xml</loc>"
        f"<lastmod>{changed_at.isoformat(timespec='seconds')}</lastmod></sitemap>\n"
        for number, changed_at in files
    )
    body = f'{HEAD}<sitemapindex xmlns="{SPACE}">\n{entries}</sitemapindex>\n'
    return Response(body, media_type="application/xml", headers=KEPT)


@router.api_route("/sitemaps/{number}.xml", methods=READ)
def sitemap_file(request: Request, number: RowId) -> Response:
    """List some of the studies, written as they are read."""
    if number > (2**31 - 1) // PER_FILE:
        raise HTTPException(404)
    return StreamingResponse(
        _listed(site_of(request), number), media_type="application/xml", headers=KEPT
    )


def _listed(site: Site, number: int) -> Iterator[str]:
    yield f'{HEAD}<urlset xmlns="{SPACE}">\n'
    with site.reading() as session:
        for key, changed_at in studies_from(session, number):
            yield (
                f"<url><loc>{_home(site)}/studies/{escape(key)}</loc>"
                f"<lastmod>{changed_at.isoformat(timespec='seconds')}</lastmod></url>\n"
            )
    yield "</urlset>\n"


def _home(site: Site) -> str:
    return escape(site.settings.site_url.rstrip("/"))
