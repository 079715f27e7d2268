"""Tokens with which a reader's own programs ask the API: made, shown once, ended."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from tidings.errors import RejectedError
from tidings.flows.end_api_token import end_api_token
from tidings.flows.make_api_token import TokenWish, make_api_token
from tidings.rendering.speech import Sayable
from tidings.subscribers.api_token_queries import live_api_tokens
from tidings.subscribers.scopes import LIVES, LONGEST_NAME, WORDS, ApiScope
from tidings.web.sessions import Member, SignedIn, SignedInForm
from tidings.web.site import READ, RowId, Site, site_of

router = APIRouter(prefix="/manage/tokens")

SAID = {"ended": Sayable("The token has ended. Programs that have it get nothing any more.")}
USUAL = TokenWish("", (ApiScope.READ_ME,), LIVES[1])
"""What the form proposes."""


@router.api_route("", methods=READ)
def overview(request: Request, member: SignedIn, done: str = "") -> HTMLResponse:
    """Show all of them, and the form for another."""
    return _overview(site_of(request), member, USUAL, said=SAID.get(done, ""))


@router.post("")
def make(
    request: Request,
    member: SignedInForm,
    name: Annotated[str, Form()] = "",
    scope: Annotated[Sequence[str], Form()] = (),
    days: Annotated[str, Form()] = "",
) -> HTMLResponse:
    """Make one, and show its secret this once."""
    site, wish = site_of(request), TokenWish(name, tuple(scope), _number(days))
    try:
        with site.writing() as session:
            secret, row = make_api_token(session, wish, subscriber_id=member.id, now=site.now)
    except RejectedError as error:
        return _overview(site, member, wish, problem=site.speech.say(error.text))
    return site.page("pages/token_secret.html", member=member, secret=secret, token=row)


@router.post("/{token_id}/end")
def end(request: Request, member: SignedInForm, token_id: RowId) -> Response:
    """End one."""
    site = site_of(request)
    with site.writing() as session:
        end_api_token(session, token_id, subscriber_id=member.id, now=site.now)
    return RedirectResponse(site.to("/manage/tokens?done=ended"), status_code=303)


def _number(text: str) -> int | None:
    """Return the days that a form names; none is no end, and nonsense is no number on offer."""
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _overview(
    site: Site, member: Member, wish: TokenWish, *, said: str = "", problem: str = ""
) -> HTMLResponse:
    with site.reading() as session:
        tokens = live_api_tokens(session, member.id)
    return site.page(
        "pages/tokens.html",
        status=400 if problem else 200,
        member=member,
        tokens=tokens,
        wish=wish,
        said=said,
        problem=problem,
        words=WORDS,
        lives=LIVES,
        longest=LONGEST_NAME,
        now=site.now,
    )
