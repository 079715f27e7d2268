"""Who may ask for what: headers on every answer, no writes from other sites, operators only."""

import secrets
from collections.abc import Awaitable, Callable
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.security import HTTPBasic, HTTPBasicCredentials

from tidings.config import Settings
from tidings.web.site import site_of

Next = Callable[[Request], Awaitable[Response]]

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
ONE_CLICK_PATH = "/unsubscribe/"
"""Mail programs post here from nowhere (RFC 8058); the signed token is what they show."""

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

basic = HTTPBasic(auto_error=False, realm="Tidings operators")


def add_guard(app: FastAPI) -> None:
    """Put the headers on every answer, and refuse what another site posts."""
    app.middleware("http")(_guard)


async def _guard(request: Request, call_next: Next) -> Response:
    if _is_foreign_write(request):
        words = "This form was sent from another site."
        response: Response = site_of(request).page("pages/error.html", status=403, words=words)
    else:
        response = await call_next(request)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _is_foreign_write(request: Request) -> bool:
    if request.method in SAFE_METHODS or request.url.path.startswith(ONE_CLICK_PATH):
        return False
    fetched_from = request.headers.get("sec-fetch-site")
    if fetched_from is not None:
        return fetched_from not in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")


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
