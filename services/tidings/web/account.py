"""Consent: wishes to follow a study or to save a search, and the yes that they wait for."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse

from tidings.errors import RejectedError
from tidings.flows.confirm import confirm
from tidings.flows.subscribe import subscribe
from tidings.jobs import Job
from tidings.projects.queries import project_by_key
from tidings.subscribers.models import Cadence
from tidings.subscribers.wishes import Wish
from tidings.web.saving import ZONE, saving_page
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


@router.post("/studies/{key}/follow")
def ask_to_follow(
    request: Request,
    key: StudyKey,
    address: Address = "",
    cadence: Often = Cadence.WEEKLY,
    time_zone: Zone = ZONE,
) -> HTMLResponse:
    """Take a wish to follow; the same answer whether or not we know the address."""
    site = site_of(request)
    problem = _take(site, Wish(cadence=cadence, follow_key=key), address, time_zone)
    if problem is None:
        return _look_into_your_mail(site)
    with site.reading() as session:
        project = project_by_key(session, key)
    typed = {"address": address, "cadence": cadence, "time_zone": time_zone, "problem": problem}
    return site.page("pages/follow.html", status=400, project=project, **typed)


@router.post("/alerts")
def ask_for_alerts(
    request: Request,
    q: Annotated[str, Form(max_length=4000)],
    address: Address = "",
    cadence: Often = Cadence.WEEKLY,
    time_zone: Zone = ZONE,
) -> Response:
    """Take a wish to be told of what a search finds; the same answer for every address."""
    site = site_of(request)
    problem = _take(site, Wish(cadence=cadence, search_text=q), address, time_zone)
    if problem is None:
        return _look_into_your_mail(site)
    return saving_page(
        site, q, cadence=cadence, time_zone=time_zone, address=address, problem=problem
    )


def _take(site: Site, wish: Wish, address: str, time_zone: str) -> RejectedError | None:
    """Note the wish and ring for its confirm mail; return what is wrong with it, if anything is."""
    try:
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
    except RejectedError as error:
        return error
    if delivery is not None:
        site.ring(Job.DELIVERY_SEND, [delivery])
    return None


def _look_into_your_mail(site: Site) -> HTMLResponse:
    return site.page(
        "pages/done.html",
        title=site.speech.say("Look into your mail"),
        words=site.speech.say(
            "We have sent a mail to that address, if we may write to it. Press its button within "
            "two days, and you will hear from us when there is news."
        ),
    )
