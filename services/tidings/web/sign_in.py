"""Sign in by a mailed link, sign out, and say yes at a new address. A GET shows a button."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from tidings.errors import RejectedError
from tidings.flows.change_address import change_address
from tidings.flows.request_sign_in import request_sign_in
from tidings.flows.sign_in import sign_in
from tidings.flows.sign_out import sign_out
from tidings.jobs import Job
from tidings.web.even import evenly
from tidings.web.guard import limited
from tidings.web.limits import SIGN_IN_MAILS
from tidings.web.sessions import SignedInForm, begin_session, end_session, session_secret
from tidings.web.site import READ, site_of

router = APIRouter()


@router.api_route("/sign-in", methods=READ)
def ask_for_address(request: Request) -> HTMLResponse:
    """Ask where to send the link."""
    return site_of(request).page("pages/sign_in.html", address="", problem="")


@router.post("/sign-in", dependencies=[limited(SIGN_IN_MAILS)])
def send_link(request: Request, address: Annotated[str, Form()] = "") -> HTMLResponse:
    """Mail the link; the same answer, after the same work, whether or not we know the address."""
    site = site_of(request)
    try:
        with evenly():
            with site.writing() as session:
                mails = request_sign_in(
                    session, address=address, settings=site.settings, now=site.now
                )
            site.ring(Job.DELIVERY_SEND, mails)  # also of none: a bell takes time
    except RejectedError as error:
        problem = site.speech.say(error.text)
        return site.page("pages/sign_in.html", status=400, address=address, problem=problem)
    return site.page(
        "pages/done.html",
        title=site.speech.say("Look into your mail"),
        words=site.speech.say(
            "If this address has an account, a mail with a link is on its way. The link works "
            "once, for 20 minutes."
        ),
    )


@router.api_route("/sign-in/{secret}", methods=READ)
def ask_to_sign_in(request: Request, secret: str) -> HTMLResponse:
    """Show the button; link scanners press no buttons."""
    return site_of(request).page("pages/sign_in_link.html", secret=secret)


@router.post("/sign-in/{secret}")
def do_sign_in(request: Request, secret: str) -> Response:
    """Begin a session, in place of the one that the browser may have."""
    site = site_of(request)
    with site.writing() as session:
        fresh = sign_in(session, secret, now=site.now)
        sign_out(session, session_secret(request, site.settings), now=site.now)
    answer = RedirectResponse(site.to("/manage"), status_code=303)
    begin_session(answer, site.settings, fresh)
    return answer


@router.post("/sign-out")
def do_sign_out(
    request: Request, _member: SignedInForm, everywhere: Annotated[str, Form()] = ""
) -> Response:
    """End this session, or all of the reader's."""
    site = site_of(request)
    secret = session_secret(request, site.settings)
    with site.writing() as session:
        sign_out(session, secret, everywhere=bool(everywhere), now=site.now)
    answer = RedirectResponse(site.to("/"), status_code=303)
    end_session(answer, site.settings)
    return answer


@router.api_route("/address/{secret}", methods=READ)
def ask_to_change_address(request: Request, secret: str) -> HTMLResponse:
    """Show the button."""
    return site_of(request).page("pages/address_link.html", secret=secret)


@router.post("/address/{secret}")
def do_change_address(request: Request, secret: str) -> HTMLResponse:
    """Write to the new address from now on."""
    site = site_of(request)
    with site.writing() as session:
        told = change_address(session, secret, settings=site.settings, now=site.now)
    if told is not None:
        site.ring(Job.DELIVERY_SEND, [told])
    return site.page(
        "pages/done.html",
        title=site.speech.say("Your address has changed"),
        words=site.speech.say(
            "From now on we write to the new address, and we have told the old one. You are signed "
            "out everywhere."
        ),
    )
