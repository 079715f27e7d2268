"""The inbox of captured mail: what readers would have got, and what is wrong with it."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse

from tidings.delivery.senders.capture import CapturedMail, Inbox
from tidings.delivery.senders.make import inbox_folder
from tidings.errors import RejectedError
from tidings.rendering.lint import MOST_HTML, Finding, links, lint, lint_message, structure
from tidings.rendering.message import Rendered
from tidings.rendering.showing import Scheme, shown_in
from tidings.subscribers.tokens import read_unsubscribe_token
from tidings.web.guard import Operator
from tidings.web.site import Site, site_of

router = APIRouter(prefix="/inbox")

FRAME_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"
"""A mail is shown as a mail program would: its own style, no script, nothing from outside."""

MOST_LISTED = 200

View = Literal["html", "text", "headers", "checks", "raw"]
Width = Literal["desk", "phone"]


@router.get("")
def listing(
    request: Request, _operator: Operator, q: Annotated[str, Query(max_length=200)] = ""
) -> HTMLResponse:
    """List what was captured, newest first; ``q`` is looked for in all that a reader sees."""
    site = site_of(request)
    box = _box(site)
    found = box.newest(MOST_LISTED, wanted=q.strip())
    return site.page("pages/inbox.html", mails=found, count=box.count(), q=q.strip())


@router.get("/{mail_id}")
def one(
    request: Request,
    mail_id: str,
    _operator: Operator,
    view: View = "html",
    scheme: Scheme = "light",
    width: Width = "desk",
) -> HTMLResponse:
    """Show one mail: as HTML in a sandboxed frame, as text, its headers, its checks, or raw."""
    site = site_of(request)
    mail = _mail(request, mail_id)
    return site.page(
        "pages/mail.html",
        mail=mail,
        view=view,
        scheme=scheme,
        width=width,
        html_bytes=len(mail.html.encode()),
        most_html=MOST_HTML,
        one_click=_one_click(mail, site),
        findings=_findings(mail, site),
        links=links(
            structure(mail.html),
            site_url=site.settings.site_url,
            is_token=lambda token: _is_token(site, token),
        ),
    )


@router.get("/{mail_id}/html")
def as_html(
    request: Request, mail_id: str, _operator: Operator, scheme: Scheme = "light"
) -> HTMLResponse:
    """Give the HTML part alone, for the frame, as by day or by night."""
    headers = {"Content-Security-Policy": FRAME_POLICY}
    return HTMLResponse(shown_in(_mail(request, mail_id).html, scheme), headers=headers)


@router.get("/{mail_id}/raw")
def raw(request: Request, mail_id: str, _operator: Operator) -> Response:
    """Give the message as it would have gone over the wire."""
    return PlainTextResponse(_mail(request, mail_id).raw)


def _findings(mail: CapturedMail, site: Site) -> list[Finding]:
    said = Rendered(str(mail.message["Subject"] or ""), mail.text, mail.html)
    told = lint(
        said,
        site_url=site.settings.site_url,
        has_way_out=mail.message["List-Unsubscribe"] is not None,
        is_token=lambda token: _is_token(site, token),
    )
    return [*told, *lint_message(mail.message, mail.raw)]


def _is_token(site: Site, token: str) -> bool:
    try:
        read_unsubscribe_token(site.settings.secret, token)
    except RejectedError:
        return False
    return True


def _one_click(mail: CapturedMail, site: Site) -> str:
    """Return where one click is posted to; nothing unless the mail offers it at our own site."""
    ways = str(mail.message["List-Unsubscribe"] or "").split(",")
    first = ways[0].strip().removeprefix("<").removesuffix(">")
    is_ours = first.startswith(f"{site.settings.site_url.rstrip('/')}/")
    offers = mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return urlsplit(first).path if is_ours and offers else ""


def _box(site: Site) -> Inbox:
    return Inbox(inbox_folder(site.settings))


def _mail(request: Request, mail_id: str) -> CapturedMail:
    mail = _box(site_of(request)).one(mail_id)
    if mail is None:
        raise HTTPException(404)
    return mail
