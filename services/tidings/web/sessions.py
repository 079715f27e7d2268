"""Who is signed in: a cookie holds a session's secret, and forms only come from its pages."""

from dataclasses import dataclass
from datetime import datetime
from secrets import compare_digest
from typing import Annotated

from fastapi import Depends, HTTPException, Request, Response

from tidings.config import Settings
from tidings.flows.sign_in import SESSION_LIFE
from tidings.rendering.speech import Sayable
from tidings.subscribers.models import Subscriber, SubscriberState, TokenPurpose
from tidings.subscribers.queries import live_token
from tidings.subscribers.tokens import form_token, token_hash
from tidings.web.site import Site, site_of


@dataclass(frozen=True)
class Member:
    """A reader who is signed in; every form of theirs carries ``form_token``."""

    id: int
    form_token: str
    language: str
    signed_in_at: datetime


def begin_session(answer: Response, settings: Settings, secret: str) -> None:
    """Put the session's secret where only this site, over the same protection, gets it."""
    answer.set_cookie(
        _cookie(settings),
        secret,
        max_age=int(SESSION_LIFE.total_seconds()),
        secure=_is_safe(settings),
        httponly=True,
        samesite="lax",
    )


def end_session(answer: Response, settings: Settings) -> None:
    """Take the cookie away."""
    answer.delete_cookie(
        _cookie(settings), secure=_is_safe(settings), httponly=True, samesite="lax"
    )


def session_secret(request: Request, settings: Settings) -> str:
    """Return the secret that the browser shows; empty if it shows none."""
    return request.cookies.get(_cookie(settings), "")


def member_of(request: Request) -> Member | None:
    """Return who asks, or None for somebody who is not signed in."""
    site = site_of(request)
    secret = session_secret(request, site.settings)
    return _member(site, secret) if secret else None


def signed_in(request: Request) -> Member:
    """Return who asks; whoever is not signed in is shown the way."""
    member = member_of(request)
    if member is None:
        raise HTTPException(303, headers={"Location": site_of(request).to("/sign-in")})
    return member


async def signed_in_form(request: Request, member: Annotated[Member, Depends(signed_in)]) -> Member:
    """Return who sends a form, if it is from a page that we showed in this session.

    The form is read as a whole, and not as a field, so that a route may take it as a model.
    """
    shown = (await request.form()).get("form_token", "")
    if not compare_digest(str(shown).encode(), member.form_token.encode()):
        raise HTTPException(403, Sayable("This page was open for too long. Please load it again."))
    return member


PerhapsSignedIn = Annotated[Member | None, Depends(member_of)]
"""For forms that everybody may send."""

SignedIn = Annotated[Member, Depends(signed_in)]
"""For pages."""

SignedInForm = Annotated[Member, Depends(signed_in_form)]
"""For what pages send: has the form's token checked as well."""


def _member(site: Site, secret: str) -> Member | None:
    with site.reading() as session:
        token = live_token(session, token_hash(secret), purpose=TokenPurpose.SESSION, now=site.now)
        reader = session.get(Subscriber, token.subscriber_id) if token else None
        if token is None or reader is None or reader.state is not SubscriberState.ACTIVE:
            return None
        made_for = form_token(site.settings.secret, secret)
        return Member(token.subscriber_id, made_for, reader.language, token.created_at)


def _is_safe(settings: Settings) -> bool:
    return settings.site_url.startswith("https://")


def _cookie(settings: Settings) -> str:
    # The prefix makes browsers refuse it from another host, or over plain HTTP.
    return "__Host-tidings" if _is_safe(settings) else "tidings"
