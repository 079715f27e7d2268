"""The inbox of captured mail: what readers would have got."""

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse

from tidings.delivery.senders.capture import CapturedMail, Inbox
from tidings.delivery.senders.make import inbox_folder
from tidings.web.guard import Operator
from tidings.web.site import Site, site_of

router = APIRouter(prefix="/inbox")

FRAME_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"
"""A mail is shown as a mail program would: its own style, no script, nothing from outside."""


@router.get("")
def listing(request: Request, _operator: Operator) -> HTMLResponse:
    """List what was captured, newest first."""
    site = site_of(request)
    box = _box(site)
    return site.page("pages/inbox.html", mails=box.newest(), count=box.count())


@router.get("/{mail_id}")
def one(request: Request, mail_id: str, _operator: Operator) -> HTMLResponse:
    """Show one mail: as HTML in a sandboxed frame, as text, its headers and its size."""
    return site_of(request).page("pages/mail.html", mail=_mail(request, mail_id))


@router.get("/{mail_id}/html")
def as_html(request: Request, mail_id: str, _operator: Operator) -> HTMLResponse:
    """Give the HTML part alone, for the frame."""
    headers = {"Content-Security-Policy": FRAME_POLICY}
    return HTMLResponse(_mail(request, mail_id).html, headers=headers)


@router.get("/{mail_id}/raw")
def raw(request: Request, mail_id: str, _operator: Operator) -> Response:
    """Give the message as it would have gone over the wire."""
    return PlainTextResponse(_mail(request, mail_id).raw)


def _box(site: Site) -> Inbox:
    return Inbox(inbox_folder(site.settings))


def _mail(request: Request, mail_id: str) -> CapturedMail:
    mail = _box(site_of(request)).one(mail_id)
    if mail is None:
        raise HTTPException(404)
    return mail
