"""Secret addresses of a reader's feeds, for their programs: made and switched off."""

from fastapi import APIRouter, Request, Response

from tidings.flows.close_feed import close_feed
from tidings.flows.open_feed import open_feed
from tidings.searches.queries import saved_search_of
from tidings.web.api.answers import OWN, refusals
from tidings.web.api.asked import SearchId
from tidings.web.api.own_shapes import FeedAddress, OpenedFeed
from tidings.web.api.problems import ApiError
from tidings.web.api.programs import MayWriteFeeds, Program
from tidings.web.api.studies import home_of
from tidings.web.site import Site, site_of

router = APIRouter(prefix="/v1/me/feeds", tags=["Yours"])

FORMS = {"atom": "search.atom", "json": "search.json"}
CALENDAR = {"icalendar": "calendar.ics"}


@router.post("/calendar", status_code=201, responses=refusals(*OWN))
def open_calendar(request: Request, asking: MayWriteFeeds) -> OpenedFeed:
    """Make an address of the days of all that the reader follows; the one before it ends."""
    return _opened(site_of(request), asking, None)


@router.delete("/calendar", status_code=204, responses=refusals(*OWN))
def close_calendar(request: Request, asking: MayWriteFeeds) -> Response:
    """Switch it off."""
    return _closed(site_of(request), asking, None)


@router.post("/searches/{search}", status_code=201, responses=refusals(*OWN, 404))
def open_search_feed(request: Request, asking: MayWriteFeeds, search: SearchId) -> OpenedFeed:
    """Make addresses of what a saved search finds; the ones before them end."""
    site = site_of(request)
    _known(site, asking, search)
    return _opened(site, asking, search)


@router.delete("/searches/{search}", status_code=204, responses=refusals(*OWN, 404))
def close_search_feed(request: Request, asking: MayWriteFeeds, search: SearchId) -> Response:
    """Switch them off."""
    site = site_of(request)
    _known(site, asking, search)
    return _closed(site, asking, search)


def _known(site: Site, asking: Program, search: int) -> None:
    with site.reading() as session:
        if saved_search_of(session, asking.reader_id, search) is None:
            raise ApiError(404, "You have no such search.")


def _opened(site: Site, asking: Program, search: int | None) -> OpenedFeed:
    with site.writing() as session:
        secret = open_feed(session, subscriber_id=asking.reader_id, saved_search_id=search)
    forms = CALENDAR if search is None else FORMS
    return OpenedFeed(
        addresses=[
            FeedAddress(form=form, url=f"{home_of(site)}/feeds/{secret}/{path}")
            for form, path in forms.items()
        ]
    )


def _closed(site: Site, asking: Program, search: int | None) -> Response:
    with site.writing() as session:
        close_feed(session, subscriber_id=asking.reader_id, saved_search_id=search)
    return Response(status_code=204)
