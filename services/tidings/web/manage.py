"""What a reader has: all of it on one page, and a page for each thing that they may change."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel
from sqlmodel import Session

from tidings.errors import RejectedError
from tidings.flows import follow, save_search
from tidings.flows.change_reader import change_reader
from tidings.flows.request_address_change import request_address_change
from tidings.flows.unsubscribe import Part, unsubscribe
from tidings.jobs import Job
from tidings.notices.preferences import FOREVER
from tidings.projects.sweep_queries import projects_by_ids
from tidings.rendering.speech import Sayable
from tidings.searches.queries import live_saved_searches
from tidings.subscribers.addresses import AddressBook
from tidings.subscribers.editor_queries import live_editor
from tidings.subscribers.models import EndedReason, Subscriber
from tidings.subscribers.queries import live_follows
from tidings.subscribers.tokens import Scope
from tidings.watchlists.queries import lists_followed
from tidings.web.guard import limited
from tidings.web.limits import SIGN_IN_MAILS
from tidings.web.sessions import SignedIn, SignedInForm, end_session
from tidings.web.site import READ, Site, site_of

router = APIRouter(prefix="/manage")

SAID = {
    "saved": Sayable("Saved."),
    "stopped": Sayable("It has ended. We will not write of it again."),
    "mailed": Sayable(
        "We have sent a mail to the new address, if we may write to it. Press its button within a "
        "day, and we write there."
    ),
}
"""What the page says first, by the word that a change leaves in its address."""


class Settings(BaseModel, from_attributes=True):
    """What a reader may set for all mails; a browser sends nothing for a box without a tick."""

    time_zone: str
    language: str
    digest_hour: int
    quiet_from: int
    quiet_until: int
    heartbeat: bool = False
    names_searches: bool = False


@router.api_route("", methods=READ)
def overview(request: Request, member: SignedIn, done: str = "") -> HTMLResponse:
    """Show all that the reader follows and searches for."""
    site = site_of(request)
    with site.reading() as session:
        follows = live_follows(session, member.id)
        projects = projects_by_ids(session, {row.project_id for row in follows})
        saved = live_saved_searches(session, member.id)
        reader = session.get_one(Subscriber, member.id)
        lists = lists_followed(session, member.id)
        is_editor = live_editor(session, member.id) is not None
    titles = {project.id: project for project in projects}
    return site.page(
        "pages/manage.html",
        member=member,
        said=SAID.get(done, ""),
        followed=[(row, titles[row.project_id]) for row in follows],
        saved=saved,
        lists=lists,
        is_editor=is_editor,
        is_full=len(follows) >= follow.MOST or len(saved) >= save_search.MOST,
        reader=reader,
        address=AddressBook(site.settings.secret).open(reader.address),
        now=site.now,
        forever=FOREVER,
    )


@router.api_route("/settings", methods=READ)
def ask_for_settings(request: Request, member: SignedIn) -> HTMLResponse:
    """Show the reader's settings, to be changed."""
    site = site_of(request)
    with site.reading() as session:
        reader = session.get_one(Subscriber, member.id)
        settings = Settings.model_validate(reader)
    page = "pages/manage_settings.html"
    return site.page(page, member=member, problem="", **settings.model_dump())


@router.post("/settings")
def change_settings(
    request: Request, member: SignedInForm, asked: Annotated[Settings, Form()]
) -> Response:
    """Change them."""
    site, wanted = site_of(request), asked.model_dump()
    try:
        with site.writing() as session:
            change_reader(session, subscriber_id=member.id, **wanted, now=site.now)
    except RejectedError as error:
        problem = site.speech.say(error.text)
        page = "pages/manage_settings.html"
        return site.page(page, status=400, member=member, problem=problem, **wanted)
    return back_to_manage(site, "saved")


@router.api_route("/address", methods=READ)
def ask_for_new_address(request: Request, member: SignedIn) -> HTMLResponse:
    """Ask for the new address."""
    return site_of(request).page("pages/manage_address.html", member=member, address="", problem="")


@router.post("/address", dependencies=[limited(SIGN_IN_MAILS)])
def send_to_new_address(
    request: Request, member: SignedInForm, address: Annotated[str, Form()] = ""
) -> Response:
    """Ask the new address itself; the same answer whether or not somebody else has it."""
    site = site_of(request)
    try:
        with site.writing() as session:
            mails = request_address_change(
                session,
                subscriber_id=member.id,
                address=address,
                settings=site.settings,
                now=site.now,
            )
    except RejectedError as error:
        problem = site.speech.say(error.text)
        page = "pages/manage_address.html"
        return site.page(page, status=400, member=member, address=address, problem=problem)
    site.ring(Job.DELIVERY_SEND, mails)
    return back_to_manage(site, "mailed")


@router.api_route("/stop", methods=READ)
def ask_to_stop(request: Request, member: SignedIn) -> HTMLResponse:
    """Ask whether all is to end."""
    return site_of(request).page("pages/manage_stop.html", member=member)


@router.post("/stop")
def stop(request: Request, member: SignedInForm) -> HTMLResponse:
    """End all."""
    site = site_of(request)
    with site.writing() as session:
        goodbye = end_for(site, session, Scope(member.id))
    if goodbye is not None:
        site.ring(Job.DELIVERY_SEND, [goodbye])
    page = site.page(
        "pages/done.html",
        title=site.speech.say("Done"),
        words=site.speech.say("It has ended. We will not write of it again."),
    )
    end_session(page, site.settings)
    return page


def end_for(site: Site, session: Session, scope: Scope, part: Part | None = None) -> int | None:
    """End what a reader who is signed in stops; return the goodbye mail, if one is due."""
    reason = EndedReason.UNSUBSCRIBED
    return unsubscribe(
        session, scope, part=part, reason=reason, settings=site.settings, now=site.now
    )


def back_to_manage(site: Site, done: str) -> Response:
    """Go back to the page of all things; ``done`` names what it says first."""
    return RedirectResponse(site.to(f"/manage?done={done}"), status_code=303)
