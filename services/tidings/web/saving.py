"""The page on which a search is written and saved: what it finds, and what it would have sent."""

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi import Query as Asked
from starlette.datastructures import URL

from tidings.errors import QueryError, RejectedError
from tidings.flows.preview_search import Preview, preview_search
from tidings.flows.scratch import Reader
from tidings.flows.search_projects import search_projects
from tidings.pages.typed import point_at
from tidings.pages.weeks_chart import HEIGHT, chart_of
from tidings.rendering.speech import Sayable
from tidings.searches.builder import EMPTY, written_form
from tidings.searches.grammar import parse
from tidings.searches.query import Query
from tidings.searches.readback import read_back
from tidings.subscribers.models import Cadence
from tidings.web.guard import limited
from tidings.web.limits import PREVIEWS
from tidings.web.search_form import AskedForm, ShownForm, form_for, form_parts, shown_form
from tidings.web.site import READ, Site, site_of

router = APIRouter()

CADENCES = {
    Cadence.IMMEDIATE: Sayable("at once"),
    Cadence.DAILY: Sayable("a digest each day"),
    Cadence.WEEKLY: Sayable("a digest each week"),
    Cadence.MONTHLY: Sayable("a digest each month"),
}
ZONE = "America/New_York"
"""The zone of whoever names none: RePORTER's own."""

PATIENCE = 10
"""Seconds that a preview waits for those before it; one takes about three."""

Typed = Annotated[str, Asked(max_length=4000)]
Often = Annotated[Cadence, Asked()]
Zone = Annotated[str, Asked(max_length=64)]


@router.api_route("/searches/new", methods=READ)
def new_search(
    request: Request,
    form: AskedForm,
    q: Typed = "",
    cadence: Often = Cadence.WEEKLY,
    time_zone: Zone = ZONE,
) -> Response:
    """Show the form at once, with what the search finds now; fields write the search."""
    site = site_of(request)
    text = q if q.strip() else written_form(form)
    shown = None if q.strip() else shown_form(form)
    return saving_page(site, text, cadence=cadence, time_zone=time_zone, built=shown)


@router.api_route("/searches/preview", methods=READ, dependencies=[limited(PREVIEWS)])
def preview(
    request: Request, q: Typed = "", cadence: Often = Cadence.WEEKLY, time_zone: Zone = ZONE
) -> Response:
    """Show beside the form what the search would have sent in the last 26 weeks."""
    site = site_of(request)
    try:
        parse(q)
        found = _previewed(site, q, cadence=cadence, time_zone=time_zone)
    except QueryError:
        found = None  # the page says what is wrong with it
    return saving_page(site, q, cadence=cadence, time_zone=time_zone, preview=found)


def saving_page(  # noqa: PLR0913 - all that the page may show
    site: Site,
    q: str,
    *,
    cadence: Cadence,
    time_zone: str,
    preview: Preview | None = None,
    address: str = "",
    built: ShownForm | None = None,
    problem: RejectedError | None = None,
) -> Response:
    """Return the page, with what is wrong with the search beside it.

    ``problem`` is what is wrong with the address or the time zone, ``built`` the form that wrote
    the search; one that was typed fills the form if it can.
    """
    shown: dict[str, Any] = {"q": q, "cadence": cadence, "time_zone": time_zone}
    unread: QueryError | None = None
    if q.strip():
        try:
            query = parse(q)
            built = built or form_for(query)
            shown |= _shown(site, q, query, preview)
        except QueryError as error:
            unread, problem = error, None  # one thing after the other
            shown |= {"unread": error, "pointed": point_at(q, error)}
    if problem is not None:
        shown["problem"] = problem
    links = {
        often: (words, _preview_link(site, q, often, time_zone))
        for often, words in CADENCES.items()
    }
    return site.page(
        "pages/save.html",
        status=200 if problem is unread is None else 400,
        address=address,
        links=links,
        **form_parts(site, built or shown_form(EMPTY)),
        **shown,
    )


def _previewed(site: Site, q: str, *, cadence: Cadence, time_zone: str) -> Preview:
    """Replay, one at a time: each keeps a processor busy for seconds."""
    if not site.previews.acquire(timeout=PATIENCE):
        busy = Sayable("Many people look at previews just now. Please try again in a minute.")
        raise HTTPException(503, busy, headers={"Retry-After": "60"})
    try:
        return preview_search(
            site.engine,
            q,
            cadence=cadence,
            now=site.now,
            settings=site.settings,
            reader=Reader(time_zone=time_zone, language=site.speech.language),
        )
    finally:
        site.previews.release()


def _shown(site: Site, q: str, query: Query, preview: Preview | None) -> dict[str, Any]:
    if preview is not None:
        count, is_exact = preview.hits.count, preview.hits.is_exact
    else:
        with site.reading() as session:
            found = search_projects(session, q, limit=1)
        count, is_exact = found.count, found.is_exact
    return {
        "means": read_back(query, speech=site.speech),
        "count": count,
        "is_exact": is_exact,
        "preview": preview,
        "chart": None if preview is None else chart_of(preview.weeks),
        "chart_height": HEIGHT,
    }


def _preview_link(site: Site, q: str, cadence: Cadence, time_zone: str) -> str:
    asked = {"q": q, "cadence": cadence.value, "time_zone": time_zone}
    return str(URL(site.to("/searches/preview")).include_query_params(**asked))
