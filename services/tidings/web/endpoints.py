"""Webhooks and chats of a reader: added, tested, given another secret, replayed, removed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from tidings.db.base import stored_id
from tidings.delivery.chat import IS_INSTALLED, NAMES
from tidings.delivery.endpoint_queries import count_calls, endpoints_of, last_call
from tidings.delivery.endpoints import EndpointVault, shown_address, why_off
from tidings.delivery.models import Delivery, DeliveryState, Endpoint, EndpointKind
from tidings.delivery.senders.calls import make_call_senders
from tidings.errors import RejectedError
from tidings.flows.add_endpoint import AddedEndpoint, EndpointWish, add_endpoint
from tidings.flows.end_endpoint import end_endpoint
from tidings.flows.replay_calls import replay_calls
from tidings.flows.rotate_secret import rotate_secret
from tidings.flows.try_endpoint import Answered, CallSite, try_endpoint
from tidings.jobs import Job
from tidings.rendering.speech import Sayable
from tidings.web.sessions import Member, SignedIn, SignedInForm
from tidings.web.site import READ, RowId, Site, site_of

router = APIRouter(prefix="/manage/endpoints")

REPLAYED_DAYS = (1, 7, 30)
MISSED = (DeliveryState.FAILED, DeliveryState.SUPPRESSED)
WAITING = (DeliveryState.PENDING, DeliveryState.DEFERRED, DeliveryState.SENDING)
CHUNK = 100


@dataclass(frozen=True)
class Shown:
    """An endpoint as its reader sees it."""

    endpoint: Endpoint
    address: str
    why_off: str
    sent: int
    waiting: int
    missed: int
    last: Delivery | None


@router.api_route("", methods=READ)
def overview(request: Request, member: SignedIn) -> HTMLResponse:
    """Show all of them."""
    return _overview(site_of(request), member)


@router.api_route("/new", methods=READ)
def ask_for_endpoint(request: Request, member: SignedIn) -> HTMLResponse:
    """Ask for an address."""
    return _form(site_of(request), member, EndpointWish(EndpointKind.WEBHOOK, ""))


@router.post("")
def add(
    request: Request,
    member: SignedInForm,
    kind: Annotated[EndpointKind, Form()] = EndpointKind.WEBHOOK,
    address: Annotated[str, Form()] = "",
    label: Annotated[str, Form()] = "",
) -> HTMLResponse:
    """Keep it, and show its secret this once."""
    site, wish = site_of(request), EndpointWish(kind, address, label)
    try:
        with site.writing() as session:
            added = add_endpoint(
                session, wish, subscriber_id=member.id, settings=site.settings, now=site.now
            )
    except RejectedError as error:
        return _form(site, member, wish, problem=site.speech.say(error.text))
    return _secret(site, member, added, is_new=True)


@router.post("/{endpoint_id}/test")
def test(request: Request, member: SignedInForm, endpoint_id: RowId) -> HTMLResponse:
    """Call it now."""
    site = site_of(request)
    parts = CallSite(site.engine, site.settings, make_call_senders(site.settings))
    try:
        answered = try_endpoint(
            parts, endpoint_id, subscriber_id=member.id, speech=site.speech, now=site.now
        )
    except RejectedError as error:
        return _overview(site, member, said=site.speech.say(error.text), is_well=False)
    return _overview(site, member, said=_said_of(answered, site), is_well=answered.is_well)


@router.post("/{endpoint_id}/secret")
def change_secret(request: Request, member: SignedInForm, endpoint_id: RowId) -> HTMLResponse:
    """Give it another secret, and show that this once."""
    site = site_of(request)
    with site.writing() as session:
        secret = rotate_secret(
            session, endpoint_id, subscriber_id=member.id, settings=site.settings, now=site.now
        )
    return _secret(site, member, AddedEndpoint(endpoint_id, secret), is_new=False)


@router.post("/{endpoint_id}/replay")
def replay(
    request: Request,
    member: SignedInForm,
    endpoint_id: RowId,
    days: Annotated[int, Form(ge=1, le=30)] = 7,
) -> HTMLResponse:
    """Call it again with what it missed."""
    site = site_of(request)
    since = site.now - timedelta(days=days)
    try:
        with site.writing() as session:
            ids = replay_calls(
                session, endpoint_id, subscriber_id=member.id, since=since, now=site.now
            )
    except RejectedError as error:
        return _overview(site, member, said=site.speech.say(error.text), is_well=False)
    for start in range(0, len(ids), CHUNK):
        site.ring(Job.CALLS_SEND, ids[start : start + CHUNK])
    said = site.speech.count(len(ids), "{n} message goes out again.", "{n} messages go out again.")
    return _overview(site, member, said=said)


@router.post("/{endpoint_id}/end")
def end(request: Request, member: SignedInForm, endpoint_id: RowId) -> Response:
    """Remove it."""
    site = site_of(request)
    with site.writing() as session:
        end_endpoint(session, endpoint_id, subscriber_id=member.id, now=site.now)
    return RedirectResponse(site.to("/manage/endpoints"), status_code=303)


def _said_of(answered: Answered, site: Site) -> str:
    if answered.is_well:
        return site.speech.say("It answers. News will go there from now on.")
    answer = site.speech.say(answered.answer)
    return site.speech.say("The test failed: {answer}", answer=answer)


def _overview(site: Site, member: Member, *, said: str = "", is_well: bool = True) -> HTMLResponse:
    vault = EndpointVault(site.settings.secret)
    with site.reading() as session:
        endpoints = endpoints_of(session, member.id)
        counts = count_calls(session, [stored_id(one.id) for one in endpoints])
        lasts = {one.id: last_call(session, stored_id(one.id)) for one in endpoints}
    return site.page(
        "pages/endpoints.html",
        member=member,
        said=said,
        is_well=is_well,
        days=REPLAYED_DAYS,
        shown=[
            _shown(site, vault, one, counts[stored_id(one.id)], lasts[one.id]) for one in endpoints
        ],
    )


def _shown(
    site: Site,
    vault: EndpointVault,
    endpoint: Endpoint,
    counts: Mapping[DeliveryState, int],
    last: Delivery | None,
) -> Shown:
    off = why_off(endpoint)
    return Shown(
        endpoint,
        address=shown_address(vault.address(endpoint)),
        why_off=site.speech.say(off) if off else "",
        sent=counts.get(DeliveryState.SENT, 0),
        waiting=sum(counts.get(state, 0) for state in WAITING),
        missed=sum(counts.get(state, 0) for state in MISSED),
        last=last,
    )


def _form(site: Site, member: Member, wish: EndpointWish, *, problem: str = "") -> HTMLResponse:
    return site.page(
        "pages/endpoint_new.html",
        status=400 if problem else 200,
        member=member,
        wish=wish,
        problem=problem,
        has_chats=IS_INSTALLED,
        services=site.speech.listed(NAMES),
    )


def _secret(site: Site, member: Member, added: AddedEndpoint, *, is_new: bool) -> HTMLResponse:
    title = Sayable("It is added") if is_new else Sayable("The new secret")
    return site.page(
        "pages/endpoint_secret.html",
        member=member,
        title=site.speech.say(title),
        added=added,
        is_new=is_new,
    )
