"""What a reader searches for, for their programs: looked at, saved, changed, stopped."""

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response
from sqlmodel import Session

from tidings.errors import QueryError
from tidings.flows.change_search import change_search
from tidings.flows.save_search import save_search
from tidings.flows.unsubscribe import unsubscribe
from tidings.searches import models
from tidings.searches.queries import live_saved_searches, saved_search_of
from tidings.subscribers.models import EndedReason
from tidings.subscribers.tokens import Scope
from tidings.web.api.answers import OWN, WRITING, refusals
from tidings.web.api.asked import SearchAsked, SearchId, SearchWishes
from tidings.web.api.own_shapes import SavedSearch, SavedSearches
from tidings.web.api.own_telling import told_search
from tidings.web.api.problems import ApiError, rejected
from tidings.web.api.programs import MayReadMe, MayWriteSearches, Program
from tidings.web.site import site_of

router = APIRouter(prefix="/v1/me/searches", tags=["Yours"])


@router.get("", responses=refusals(*OWN))
def list_searches(request: Request, asking: MayReadMe) -> SavedSearches:
    """Give all that the reader searches for."""
    with site_of(request).reading() as session:
        rows = live_saved_searches(session, asking.reader_id)
    return SavedSearches(searches=[told_search(row) for row in rows])


@router.post("", status_code=201, responses=refusals(*WRITING))
def post_search(
    request: Request, asking: MayWriteSearches, asked: Annotated[SearchAsked, Body()]
) -> SavedSearch:
    """Save a search; what it finds already is no news. One that is there gets this name."""
    site = site_of(request)
    try:
        with site.writing() as session:
            row = save_search(
                session,
                subscriber_id=asking.reader_id,
                name=asked.name,
                text=asked.text,
                cadence=asked.cadence,
                now=site.now,
            )
    except QueryError as error:
        raise rejected(error, place="body", name="text") from error
    return told_search(row)


@router.get("/{search}", responses=refusals(*OWN, 404))
def get_search(request: Request, asking: MayReadMe, search: SearchId) -> SavedSearch:
    """Give one saved search."""
    with site_of(request).reading() as session:
        return told_search(_saved(session, asking, search))


@router.patch("/{search}", responses=refusals(*WRITING, 404))
def patch_search(
    request: Request,
    asking: MayWriteSearches,
    search: SearchId,
    asked: Annotated[SearchWishes, Body()],
) -> SavedSearch:
    """Change what is told of what a search finds, how often, and from when."""
    site = site_of(request)
    with site.reading() as session:
        _saved(session, asking, search)
    with site.writing() as session:
        row = change_search(
            session,
            subscriber_id=asking.reader_id,
            saved_search_id=search,
            **asked.changes(now=site.now),
            now=site.now,
        )
    return told_search(row)


@router.delete("/{search}", status_code=204, responses=refusals(*OWN, 404))
def delete_search(request: Request, asking: MayWriteSearches, search: SearchId) -> Response:
    """Stop a saved search."""
    site = site_of(request)
    with site.reading() as session:
        _saved(session, asking, search)
    with site.writing() as session:
        unsubscribe(
            session,
            Scope(asking.reader_id, saved_search_id=search),
            reason=EndedReason.UNSUBSCRIBED,
            settings=site.settings,
            now=site.now,
        )
    return Response(status_code=204)


def _saved(session: Session, asking: Program, search: int) -> models.SavedSearch:
    row = saved_search_of(session, asking.reader_id, search)
    if row is None:
        raise ApiError(404, "You have no such search.")
    return row
