"""The ends of things, behind the links of mails: a GET shows one button, a POST ends it at once.

A page is the same whether or not there was anything to end: a mail may have been passed on.
"""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Path, Request
from fastapi.responses import HTMLResponse

from tidings.flows.unsubscribe import Part, unsubscribe
from tidings.jobs import Job
from tidings.projects.queries import project_by_key
from tidings.subscribers.models import EndedReason
from tidings.subscribers.tokens import Scope, read_unsubscribe_token
from tidings.web.site import READ, RowId, Site, StudyKey, site_of
from tidings.web.tongues import path_of

router = APIRouter(prefix="/unsubscribe/{token}")

ONE_CLICK = "One-Click"
"""What mail programs post as ``List-Unsubscribe``, without a cookie and from nowhere (RFC 8058)."""


def read_scope(request: Request, token: Annotated[str, Path()]) -> Scope:
    """Return what the token of a link says; RejectedError for one that we did not make."""
    return read_unsubscribe_token(site_of(request).settings.secret, token)


LinkScope = Annotated[Scope, Depends(read_scope)]
Pressed = Annotated[str, Form(alias="List-Unsubscribe")]


@router.api_route("", methods=READ)
def ask(request: Request, scope: LinkScope) -> HTMLResponse:
    """Ask whether all is to end, or what an old link names."""
    return _ask(request, scope, None)


@router.post("")
def end(request: Request, scope: LinkScope, one_click: Pressed = "") -> HTMLResponse:
    """End it."""
    return _end(request, scope, None, one_click)


@router.api_route("/studies/{key}", methods=READ)
def ask_of_study(request: Request, scope: LinkScope, key: StudyKey) -> HTMLResponse:
    """Ask whether to stop following a study."""
    return _ask(request, scope, Part(study=key))


@router.post("/studies/{key}")
def end_study(
    request: Request, scope: LinkScope, key: StudyKey, one_click: Pressed = ""
) -> HTMLResponse:
    """Stop following it."""
    return _end(request, scope, Part(study=key), one_click)


@router.api_route("/searches/{search_id}", methods=READ)
def ask_of_search(request: Request, scope: LinkScope, search_id: RowId) -> HTMLResponse:
    """Ask whether a saved search is to end."""
    return _ask(request, scope, Part(search_id=search_id))


@router.post("/searches/{search_id}")
def end_search(
    request: Request, scope: LinkScope, search_id: RowId, one_click: Pressed = ""
) -> HTMLResponse:
    """End it."""
    return _end(request, scope, Part(search_id=search_id), one_click)


def _ask(request: Request, scope: Scope, part: Part | None) -> HTMLResponse:
    site = site_of(request)
    path = path_of(request)
    less = "/manage" if part is None else path.replace("/unsubscribe/", "/mail/", 1)
    return site.page(
        "pages/unsubscribe.html",
        what=_what(scope, part),
        title=_title(site, part.study if part else None),
        action=site.to(quote(path)),
        less=site.to(quote(less)),
    )


def _what(scope: Scope, part: Part | None) -> str:
    if part is None and scope.is_all:
        return "everything"
    is_study = scope.follow_id is not None if part is None else part.study is not None
    return "study" if is_study else "search"


def _title(site: Site, key: str | None) -> str | None:
    if key is None:
        return None
    with site.reading() as session:
        project = project_by_key(session, key)
    return project.title if project else None


def _end(request: Request, scope: Scope, part: Part | None, one_click: str) -> HTMLResponse:
    site = site_of(request)
    reason = EndedReason.ONE_CLICK if one_click == ONE_CLICK else EndedReason.UNSUBSCRIBED
    with site.writing() as session:
        goodbye = unsubscribe(
            session,
            scope,
            part=part,
            reason=reason,
            settings=site.settings,
            now=site.now,
        )
    if goodbye is not None:
        site.ring(Job.DELIVERY_SEND, [goodbye])
    return site.page(
        "pages/done.html",
        title=site.speech.say("Done"),
        words=site.speech.say("It has ended. We will not write of it again."),
    )
