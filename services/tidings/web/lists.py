"""Lists that readers published: to read, to follow, and as files that prove where they are from."""

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Path, Request, Response
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.errors import RejectedError
from tidings.rendering.speech import Sayable
from tidings.subscribers.models import Cadence
from tidings.subscribers.wishes import Wish
from tidings.watchlists import documents, outlines
from tidings.watchlists.entries import ENTRIES, SearchEntry, StudyEntry
from tidings.watchlists.models import Watchlist
from tidings.watchlists.queries import last_changes, projects_at, published_watchlist
from tidings.watchlists.signing import Signer
from tidings.web.account import take_wish
from tidings.web.conditional import PUBLIC, answer
from tidings.web.guard import limited
from tidings.web.limits import CONFIRM_MAILS
from tidings.web.saving import ZONE
from tidings.web.sessions import PerhapsSignedIn
from tidings.web.site import READ, Site, site_of

router = APIRouter(prefix="/lists/{slug}")

Slug = Annotated[str, Path(pattern="^[0-9a-f]{16}$")]
NO_LIST = Sayable("There is no such list, or it is not public any more.")


@router.api_route("", methods=READ)
def show(request: Request, slug: Slug) -> HTMLResponse:
    """Show a list: its studies with what changed last, its searches, and how to follow it."""
    return _page(site_of(request), slug)


@router.post("/follow", dependencies=[limited(CONFIRM_MAILS)])
def ask_to_follow(
    request: Request,
    slug: Slug,
    visitor: PerhapsSignedIn,
    address: Annotated[str, Form()] = "",
    cadence: Annotated[Cadence, Form()] = Cadence.WEEKLY,
    time_zone: Annotated[str, Form(max_length=64)] = ZONE,
) -> HTMLResponse:
    """Take a wish to follow a list; the same answer whether or not we know the address."""
    site, wish = site_of(request), Wish(cadence=cadence, watchlist=slug)
    try:
        return take_wish(site, wish, visitor, address=address, time_zone=time_zone)
    except RejectedError as error:
        typed = {"address": address, "cadence": cadence, "time_zone": time_zone, "problem": error}
    return _page(site, slug, status=400, **typed)


@router.api_route("/list.json", methods=READ)
def signed_file(request: Request, slug: Slug) -> Response:
    """Give the list as a file that this site signed."""
    site = site_of(request)
    with site.reading() as session:
        row = _published(session, slug)
    entries = ENTRIES.validate_python(row.entries)
    signer = Signer(site.settings.secret)
    return _file(request, row, documents.written(row, entries, site=home_of(site), signer=signer))


@router.api_route("/list.opml", methods=READ)
def outline(request: Request, slug: Slug) -> Response:
    """Give the feeds of the studies in a list, for feed readers."""
    site = site_of(request)
    with site.reading() as session:
        row = _published(session, slug)
    entries = ENTRIES.validate_python(row.entries)
    return _file(request, row, outlines.written(row.title, entries, site=home_of(site)), "opml")


def home_of(site: Site) -> str:
    """Return the address of this site, as it stands in what leaves it."""
    return site.settings.site_url.rstrip("/")


def _file(request: Request, row: Watchlist, body: bytes, kind: str = "json") -> Response:
    media_type = "application/json" if kind == "json" else "text/x-opml; charset=utf-8"
    headers = {"Cache-Control": PUBLIC, "Access-Control-Allow-Origin": "*"}
    headers["Content-Disposition"] = f'inline; filename="tidings-{row.slug}.{kind}"'
    return answer(request, body, media_type, modified=row.updated_at, headers=headers)


def _published(session: Session, slug: str) -> Watchlist:
    row = published_watchlist(session, slug)
    if row is None:
        raise HTTPException(404, NO_LIST)
    return row


def _page(site: Site, slug: str, *, status: int = 200, **typed: object) -> HTMLResponse:
    with site.reading() as session:
        row = _published(session, slug)
        entries = ENTRIES.validate_python(row.entries)
        studies = [one for one in entries if isinstance(one, StudyEntry)]
        projects = projects_at(session, [one.key for one in studies])
        changes = last_changes(session, [stored_id(one.id) for one in projects.values()])
    shown = [(one, projects[one.key]) for one in studies if one.key in projects]
    here = f"{home_of(site)}/lists/"
    return site.page(
        "pages/list.html",
        status=status,
        watchlist=row,
        studies=[(entry, project, changes.get(project.id or 0)) for entry, project in shown],
        searches=[one for one in entries if isinstance(one, SearchEntry)],
        is_from_here=row.forked_from.startswith(here),
        key_id=Signer(site.settings.secret).key_id,
        **typed,
    )
