"""The search page: what a search finds and why, its parts, other names of a condition."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session
from starlette.datastructures import URL

from tidings.errors import QueryError, RejectedError
from tidings.flows.count_facets import count_facets
from tidings.flows.count_hits import count_hits
from tidings.flows.find_wider import find_wider
from tidings.flows.search_projects import Hit, search_projects
from tidings.flows.suggest_names import suggest_names
from tidings.notices.excerpts import excerpts
from tidings.notices.letters import Excerpt
from tidings.notices.reasons import Clause
from tidings.pages.search_help import FIELDS, WORDS
from tidings.pages.typed import point_at
from tidings.projects.queries import projects_page
from tidings.searches.builder import EMPTY, written_form
from tidings.searches.condition_additions import Added, add_names, read_choice, value_of
from tidings.searches.conditions import Choice, Suggestion
from tidings.searches.grammar import parse
from tidings.searches.opening import open_in_reporter
from tidings.searches.readback import STUDIES, read_back
from tidings.web.facets import shown_facets
from tidings.web.guard import UNKEPT, limited
from tidings.web.limits import COUNTS
from tidings.web.search_form import AskedForm, form_for, form_parts, shown_form
from tidings.web.site import READ, Site, site_of

router = APIRouter()

SHOWN = 50
FARTHEST = 5000
"""Nobody pages further: that is what a narrower search is for."""
MOST_ADDED = 64
LEAST_TYPED = 3
"""Characters of a search that are worth a count."""

Typed = Annotated[str, Query(max_length=4000)]


@router.api_route("/studies", methods=READ)
def studies(
    request: Request,
    q: Typed = "",
    offset: Annotated[int, Query(ge=0, le=FARTHEST)] = 0,
    add: Annotated[list[Annotated[str, Query(max_length=1000)]], Query(max_length=MOST_ADDED)] = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """Search the studies, with more names where asked; without a search, list the last changed."""
    site = site_of(request)
    if not q.strip():
        with site.reading() as session:
            listed = projects_page(session, limit=SHOWN)
        return site.page("pages/studies.html", q="", projects=listed, **_help(site, ""))
    try:
        added = add_names(q, [read_choice(one) for one in add])
        if add and not added.left_out:
            return _to_search(site, added.text)
        with site.reading() as session:
            shown = _found(site, session, added, offset)
    except RejectedError as error:
        return _unread(site, q, error)
    return site.page("pages/studies.html", q=added.text, **shown, **_help(site, added.text))


@router.api_route("/studies/by", methods=READ)
def build(request: Request, form: AskedForm) -> Response:
    """Write the search that the fields of the form ask, and go to it."""
    return _to_search(site_of(request), written_form(form))


@router.api_route("/studies/count", methods=READ, dependencies=[limited(COUNTS)])
def count(request: Request, q: Typed = "") -> Response:
    """Say, while somebody types, how much the search would find, or what is wrong with it."""
    site = site_of(request)
    told: dict[str, Any] = {}
    try:
        if len(q.strip()) >= LEAST_TYPED:
            with site.reading() as session:
                told["count"], told["is_exact"] = count_hits(session, q)
    except QueryError as error:
        told["problem"] = error
    answer = site.page("partials/count.html", **told)
    answer.headers.update(UNKEPT)
    return answer


def _unread(site: Site, q: str, error: RejectedError) -> Response:
    """Return the search page with what was typed, and what is wrong with it beside it."""
    said = {"problem": error, "pointed": point_at(q, error)}
    return site.page("pages/studies.html", status=400, q=q, **said, **_help(site, ""))


def _help(site: Site, q: str) -> dict[str, Any]:
    form = form_for(parse(q)) if q else shown_form(EMPTY)
    return {"help_words": WORDS, "help_fields": FIELDS, **form_parts(site, form)}


def _to_search(site: Site, text: str) -> RedirectResponse:
    return RedirectResponse(
        str(URL(site.to("/studies")).include_query_params(q=text)), status_code=303
    )


def _found(site: Site, session: Session, added: Added, offset: int) -> dict[str, Any]:
    query = parse(added.text)
    found = search_projects(session, added.text, limit=SHOWN, offset=offset)
    names = suggest_names(session, added.text) if offset == 0 else ()
    facets = count_facets(session, added.text, found, today=site.now.date())
    return {
        "found": found,
        "hits": [(hit.project, _excerpts(site, hit)) for hit in found.hits],
        "previous": max(0, offset - SHOWN) if offset else None,
        "farthest": FARTHEST,
        "means": read_back(query, noun=STUDIES, speech=site.speech),
        "names": [(one, _boxes(one)) for one in names],
        "left_out": added.left_out,
        "facets": shown_facets(site, facets),
        "wider": () if found.count else find_wider(session, query),
        "opening": open_in_reporter(query, today=site.now.date()),
    }


def _excerpts(site: Site, hit: Hit) -> tuple[Excerpt, ...]:
    return excerpts([Clause(**asdict(clause)) for clause in hit.clauses], site.speech)


def _boxes(suggestion: Suggestion) -> Sequence[tuple[str, str, str, bool]]:
    """Return of each name the value of its box, its text, its note, and whether it is ticked."""
    at, clause = suggestion.at, suggestion.clause
    return [
        (value_of(Choice(at, clause, name.text)), name.text, name.note, name.is_chosen)
        for name in suggestion.names
    ]
