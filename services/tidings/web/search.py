"""The search page: what a search finds and why, other names of a condition, RePORTER's own form."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session
from starlette.datastructures import URL

from tidings.errors import RejectedError
from tidings.flows.search_projects import Hit, search_projects
from tidings.flows.suggest_names import suggest_names
from tidings.notices.excerpts import excerpts
from tidings.notices.letters import Excerpt
from tidings.notices.reasons import Clause
from tidings.pages.search_help import FIELDS, WORDS, written_search
from tidings.pages.typed import point_at
from tidings.projects.queries import projects_page
from tidings.searches.condition_additions import Added, add_names, read_choice, value_of
from tidings.searches.conditions import Choice, Suggestion
from tidings.searches.grammar import parse
from tidings.searches.opening import open_in_reporter
from tidings.searches.readback import STUDIES, read_back
from tidings.searches.states import state_choices
from tidings.web.site import READ, Site, site_of

router = APIRouter()

SHOWN = 50
FARTHEST = 5000
"""Nobody pages further: that is what a narrower search is for."""
MOST_ADDED = 64

Typed = Annotated[str, Query(max_length=4000)]
Short = Annotated[str, Query(max_length=200)]


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
        return site.page("pages/studies.html", q="", projects=listed, **_help(site))
    try:
        added = add_names(q, [read_choice(one) for one in add])
        if add and not added.left_out:
            return _to_search(site, added.text)
        with site.reading() as session:
            shown = _found(site, session, added, offset)
    except RejectedError as error:
        return unread_search(site, q, error)
    return site.page("pages/studies.html", q=added.text, **shown, **_help(site))


def unread_search(site: Site, q: str, error: RejectedError) -> Response:
    """Return the search page with what was typed, and what is wrong with it beside it."""
    said = {"problem": error, "pointed": point_at(q, error)}
    return site.page("pages/studies.html", status=400, q=q, **said, **_help(site))


@router.api_route("/studies/by", methods=READ)
def build(
    request: Request,
    words: Typed = "",
    state: Short = "",
    institute: Short = "",
    activity: Short = "",
    since: Short = "",
) -> Response:
    """Write the search that the fields of the simple form ask, and go to it."""
    return _to_search(
        site_of(request),
        written_search(
            words=words, state=state, institute=institute, activity=activity, since=since
        ),
    )


def _help(site: Site) -> dict[str, Any]:
    states = state_choices(site.speech)
    return {"help_words": WORDS, "help_fields": FIELDS, "states": states}


def _to_search(site: Site, text: str) -> RedirectResponse:
    return RedirectResponse(
        str(URL(site.to("/studies")).include_query_params(q=text)), status_code=303
    )


def _found(site: Site, session: Session, added: Added, offset: int) -> dict[str, Any]:
    query = parse(added.text)
    found = search_projects(session, added.text, limit=SHOWN, offset=offset)
    names = suggest_names(session, added.text) if offset == 0 else ()
    return {
        "found": found,
        "hits": [(hit.project, _excerpts(site, hit)) for hit in found.hits],
        "previous": max(0, offset - SHOWN) if offset else None,
        "farthest": FARTHEST,
        "means": read_back(query, noun=STUDIES, speech=site.speech),
        "names": [(one, _boxes(one)) for one in names],
        "left_out": added.left_out,
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
