"""Consent: wishes to follow a study or to save a search, and the yes that they wait for."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse

from tidings.errors import RejectedError
from tidings.flows.confirm import confirm
from tidings.flows.grant import grant
from tidings.flows.subscribe import subscribe
from tidings.jobs import Job
from tidings.projects.queries import project_by_key
from tidings.subscribers.models import Cadence
from tidings.subscribers.wishes import Wish
from tidings.web.even import evenly
from tidings.web.guard import limited
from tidings.web.limits import CONFIRM_MAILS
from tidings.web.saving import ZONE, saving_page
from tidings.web.sessions import Member, PerhapsSignedIn
from tidings.web.site import READ, Site, StudyKey, site_of

router = APIRouter()


@router.api_route("/confirm/{token}", methods=READ)
def ask_to_confirm(request: Request, token: str) -> HTMLResponse:
    """Show the button; link scanners press no buttons."""
    return site_of(request).page("pages/confirm.html", token=token)


@router.post("/confirm/{token}")
def do_confirm(request: Request, token: str) -> HTMLResponse:
    """Take the reader's yes."""
    site = site_of(request)
    with site.writing() as session:
        welcome = confirm(session, token, settings=site.settings, now=site.now)
    if welcome is not None:
        site.ring(Job.DELIVERY_SEND, [welcome])
    return site.page(
        "pages/done.html",
        title=site.speech.say("Thank you"),
        words=site.speech.say(
            "You are in. We write when there is news, and every mail has a link to stop."
        ),
    )


Address = Annotated[str, Form()]  # whatever is wrong with it is said beside the field
Often = Annotated[Cadence, Form()]
Zone = Annotated[str, Form(max_length=64)]


@router.post("/studies/{key}/follow", dependencies=[limited(CONFIRM_MAILS)])
def ask_to_follow(
    request: Request,
    key: StudyKey,
    visitor: PerhapsSignedIn,
    address: Address = "",
    cadence: Often = Cadence.WEEKLY,
    time_zone: Zone = ZONE,
) -> HTMLResponse:
    """Take a wish to follow; the same answer whether or not we know the address."""
    site = site_of(request)
    wish = Wish(cadence=cadence, follow_key=key)
    try:
        return take_wish(site, wish, visitor, address=address, time_zone=time_zone)
    except RejectedError as error:
        problem = error
    with site.reading() as session:
        project = project_by_key(session, key)
    typed = {"address": address, "cadence": cadence, "time_zone": time_zone, "problem": problem}
    return site.page("pages/follow.html", status=400, project=project, **typed)


@router.post("/alerts", dependencies=[limited(CONFIRM_MAILS)])
def ask_for_alerts(
    request: Request,
    visitor: PerhapsSignedIn,
    q: Annotated[str, Form(max_length=4000)] = "",
    address: Address = "",
    cadence: Often = Cadence.WEEKLY,
    time_zone: Zone = ZONE,
) -> Response:
    """Take a wish to be told of what a search finds; the same answer for every address."""
    site = site_of(request)
    wish = Wish(cadence=cadence, search_text=q)
    try:
        return take_wish(site, wish, visitor, address=address, time_zone=time_zone)
    except RejectedError as error:
        problem = error
    return saving_page(
        site, q, cadence=cadence, time_zone=time_zone, address=address, problem=problem
    )


def take_wish(
    site: Site, wish: Wish, visitor: Member | None, *, address: str, time_zone: str
) -> HTMLResponse:
    """Do what a reader wishes who is signed in, or ask the address; raise what is wrong with it."""
    if visitor is not None and _granted(site, wish, visitor, address):
        return _done_at_once(site)
    with evenly():
        with site.writing() as session:
            delivery = subscribe(
                session,
                wish,
                address=address,
                time_zone=time_zone,
                language=site.speech.language,
                settings=site.settings,
                now=site.now,
            )
        if delivery is not None:
            site.ring(Job.DELIVERY_SEND, [delivery])
    return _look_into_your_mail(site)


def _granted(site: Site, wish: Wish, visitor: Member, address: str) -> bool:
    with site.writing() as session:
        return grant(
            session,
            wish,
            subscriber_id=visitor.id,
            address=address,
            settings=site.settings,
            now=site.now,
        )


def _done_at_once(site: Site) -> HTMLResponse:
    return site.page(
        "pages/done.html",
        title=site.speech.say("It is noted"),
        words=site.speech.say(
            "You are signed in, so no mail has to ask you. You hear from us when there is news, "
            "and can change this under “What you follow”."
        ),
    )


def _look_into_your_mail(site: Site) -> HTMLResponse:
    return site.page(
        "pages/done.html",
        title=site.speech.say("Look into your mail"),
        words=site.speech.say(
            "We have sent a mail to that address, if we may write to it. Press its button within "
            "two days, and you will hear from us when there is news."
        ),
    )
