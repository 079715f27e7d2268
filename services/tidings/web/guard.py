"""Who may ask for what: headers on every answer, no writes from other sites, operators only."""

import secrets
from collections.abc import Awaitable, Callable
from math import ceil
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.security import HTTPBasic, HTTPBasicCredentials

from tidings.config import Settings
from tidings.rendering.speech import Sayable
from tidings.web.limits import Rule, network_of
from tidings.web.site import site_of
from tidings.web.tongues import path_of

Next = Callable[[Request], Awaitable[Response]]

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
ONE_CLICK_PATH = "/unsubscribe/"
"""Mail programs post here from nowhere (RFC 8058); the signed token is what they show."""

API_PATH = "/api/"
"""Programs write here with a token; no cookie is read, so no other site can in a reader's name."""

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
LIVE_POLICY = f"{POLICY}; script-src 'self'; connect-src 'self'"
LIVE = frozenset({"/", "/studies", "/searches/new", "/searches/preview", "/alerts"})
"""The pages whose search box counts while somebody types; on all others no script may run."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

PERSONAL = (
    "/manage",
    "/desk",
    "/mail/",
    "/unsubscribe/",
    "/confirm/",
    "/sign-in",
    "/address/",
    "/feeds/",
)
"""Where the paths of pages begin that are one reader's, or have a secret in their address."""

UNKEPT = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}

basic = HTTPBasic(auto_error=False, realm="Tidings operators")


def add_guard(app: FastAPI) -> None:
    """Put the headers on every answer, and refuse what another site posts."""
    app.middleware("http")(_guard)


async def _guard(request: Request, call_next: Next) -> Response:
    if _is_foreign_write(request):
        response: Response = refused(request, 403, Sayable("This form was sent from another site."))
    else:
        response = await call_next(request)
    is_personal = path_of(request).startswith(PERSONAL)
    if path_of(request) in LIVE:
        response.headers.setdefault("Content-Security-Policy", LIVE_POLICY)
    for name, value in (HEADERS | UNKEPT if is_personal else HEADERS).items():
        response.headers.setdefault(name, value)
    return response


def refused(request: Request, status: int, words: str) -> HTMLResponse:
    """Return the page that says, in the language asked for, what is wrong."""
    site = site_of(request)
    return site.page("pages/error.html", status=status, words=site.speech.say(words))


def _is_foreign_write(request: Request) -> bool:
    if request.method in SAFE_METHODS or path_of(request).startswith((ONE_CLICK_PATH, API_PATH)):
        return False
    fetched_from = request.headers.get("sec-fetch-site")
    if fetched_from is not None:
        return fetched_from not in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")


def limited(rule: Rule) -> Any:
    """Return the dependency of a route that counts who asks, and refuses whoever asks too often."""

    async def take(request: Request) -> None:
        site = site_of(request)
        network = network_of(request, trusted_proxies=site.settings.trusted_proxies)
        if seconds := site.limiter.take(rule, network):
            raise HTTPException(429, _too_often(seconds), headers={"Retry-After": str(seconds)})

    return Depends(take)


def _too_often(seconds: int) -> Sayable:
    return Sayable.counted(
        ceil(seconds / 60),
        "This was asked too often from your network, or by everybody together. Please try again "
        "in {n} minute.",
        "This was asked too often from your network, or by everybody together. Please try again "
        "in {n} minutes.",
    )


def operators_only(
    request: Request, given: Annotated[HTTPBasicCredentials | None, Depends(basic)]
) -> str:
    """Let operators in: with the password, or without one on this machine alone.

    Returns the name that they gave, for the audit.
    """
    settings = site_of(request).settings
    password = settings.ops_password.get_secret_value()
    if not password:
        if _is_local(request, settings):
            return "local operator"
        raise HTTPException(
            403, "Set TIDINGS_OPS_PASSWORD to open this page beyond the local machine."
        )
    if given is None or not secrets.compare_digest(given.password.encode(), password.encode()):
        raise HTTPException(
            401,
            "This page is for operators.",
            headers={"WWW-Authenticate": 'Basic realm="Tidings operators"'},
        )
    return given.username or "operator"


def _is_local(request: Request, settings: Settings) -> bool:
    """Say whether nobody but this machine can ask.

    A proxy in front of us, or a name elsewhere that resolves to this machine, are not it.
    """
    hosts = {settings.host, urlsplit(settings.site_url).hostname, request.url.hostname}
    return hosts <= LOOPBACK


Operator = Annotated[str, Depends(operators_only)]
