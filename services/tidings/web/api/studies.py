"""Public reads of studies: found, one, and what happened to it."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import Session

from tidings.errors import QueryError
from tidings.projects.models import Project
from tidings.projects.queries import project_by_key
from tidings.web.api import shapes
from tidings.web.api.answers import given, refusals
from tidings.web.api.asked import Day, Key
from tidings.web.api.counting import READS, SEARCHES, counted
from tidings.web.api.problems import ApiError, Where, rejected
from tidings.web.api.telling import found_studies, told_changes, told_study
from tidings.web.site import Site, site_of

router = APIRouter(prefix="/v1", tags=["Studies"])

MOST = 100
FARTHEST = 5000

Search = Annotated[
    str,
    Query(
        max_length=4000,
        description="a search in the language of the site; empty lists all, the last changed first",
        examples=["title:trop2 AND state:AZ"],
    ),
]
Limit = Annotated[int, Query(ge=1, le=MOST, description="how many at most")]
Offset = Annotated[int, Query(ge=0, le=FARTHEST, description="how many to pass over")]
Before = Annotated[int | None, Query(ge=1, le=2**31 - 1, description="only those before this id")]
AsOf = Annotated[
    Day | None,
    Query(description="a day (UTC), to see the study as it stood when that day ended"),
]


@router.get(
    "/studies",
    dependencies=[counted(SEARCHES)],
    responses=refusals(),
    response_model=shapes.Studies,
)
def search_studies(
    request: Request, q: Search = "", offset: Offset = 0, limit: Limit = 50
) -> Response:
    """Search the studies. The last changed come first; each says what it was found by."""
    site = site_of(request)
    try:
        with site.reading() as session:
            found = found_studies(session, q, offset=offset, limit=limit, home=home_of(site))
    except QueryError as error:
        raise rejected(error, place="query", name="q") from error
    return given(request, found)


@router.get(
    "/studies/{key}",
    dependencies=[counted(READS)],
    responses=refusals(404),
    response_model=shapes.Study,
)
def get_study(request: Request, key: Key, as_of: AsOf = None) -> Response:
    """Give one study: facts, awards and their versions, and plain sentences with their sources."""
    site = site_of(request)
    if as_of is not None and as_of > site.now.date():
        where = Where(place="query", name="as_of", words="That day is not over yet.")
        raise ApiError(422, "Nobody knows how a study will stand.", where=[where])
    with site.reading() as session:
        project = known_study(session, key)
        told = told_study(session, project, as_of=as_of, home=home_of(site))
    if told is None:
        raise ApiError(404, f"We know this study only since {project.first_seen_at:%Y-%m-%d}.")
    return given(request, told)


@router.get(
    "/studies/{key}/changes",
    dependencies=[counted(READS)],
    responses=refusals(404),
    response_model=shapes.StudyChanges,
)
def list_study_changes(
    request: Request, key: Key, before: Before = None, limit: Limit = 50
) -> Response:
    """Give what was told of a study, newest first."""
    site = site_of(request)
    with site.reading() as session:
        told = told_changes(session, known_study(session, key), before=before, limit=limit)
    return given(request, told)


def known_study(session: Session, key: str) -> Project:
    """Return the study of an address; a problem for one that we do not know."""
    project = project_by_key(session, key)
    if project is None:
        raise ApiError(404, "We know no such study.")
    return project


def home_of(site: Site) -> str:
    """Return where the site is, for addresses that people read."""
    return site.settings.site_url.rstrip("/")
