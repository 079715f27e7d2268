"""Secret addresses of a reader's own feeds: shown once when they are made, and switched off."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from tidings.flows.close_feed import close_feed
from tidings.flows.open_feed import open_feed
from tidings.rendering.speech import Sayable
from tidings.web.manage import back_to_manage
from tidings.web.sessions import Member, SignedInForm
from tidings.web.site import RowId, site_of

router = APIRouter(prefix="/manage")


@dataclass(frozen=True)
class Address:
    """Where a feed is, and what it is read with."""

    words: Sayable
    path: str


FEEDS = (
    Address(Sayable("Atom, for most feed readers"), "search.atom"),
    Address(Sayable("JSON Feed"), "search.json"),
)
CALENDAR = (Address(Sayable("Calendar (iCalendar)"), "calendar.ics"),)


@router.post("/searches/{saved_id}/feed")
def make_feed(request: Request, member: SignedInForm, saved_id: RowId) -> HTMLResponse:
    """Make an address of what a saved search finds, in place of the one there may be."""
    return _made(request, member, saved_id, FEEDS)


@router.post("/searches/{saved_id}/feed/end")
def end_feed(request: Request, member: SignedInForm, saved_id: RowId) -> Response:
    """Switch it off."""
    return _ended(request, member, saved_id)


@router.post("/calendar")
def make_calendar(request: Request, member: SignedInForm) -> HTMLResponse:
    """Make an address of the days of all that the reader follows."""
    return _made(request, member, None, CALENDAR)


@router.post("/calendar/end")
def end_calendar(request: Request, member: SignedInForm) -> Response:
    """Switch it off."""
    return _ended(request, member, None)


def _made(
    request: Request, member: Member, saved_id: int | None, addresses: tuple[Address, ...]
) -> HTMLResponse:
    site = site_of(request)
    with site.writing() as session:
        secret = open_feed(session, subscriber_id=member.id, saved_search_id=saved_id)
    start = f"{site.settings.site_url.rstrip('/')}/feeds/{secret}"
    return site.page("pages/manage_feed.html", addresses=addresses, start=start)


def _ended(request: Request, member: Member, saved_id: int | None) -> Response:
    site = site_of(request)
    with site.writing() as session:
        close_feed(session, subscriber_id=member.id, saved_search_id=saved_id)
    return back_to_manage(site, "saved")
