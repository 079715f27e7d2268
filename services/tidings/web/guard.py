"""Who may ask for what: headers on every answer, no writes from other sites, operators only."""

import secrets
from collections.abc import Mapping
from math import ceil
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, HTTPException, Request
from fastapi.responses import HTMLResponse
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tidings.config import Settings
from tidings.rendering.speech import Sayable
from tidings.web.limits import Rule, network_of
from tidings.web.site import site_of
from tidings.web.tongues import path_in, path_of

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
ONE_CLICK_PATH = "/unsubscribe/"
"""Mail programs post here from nowhere (RFC 8058); the signed token is what they show."""

API_PATH = "/api/"
"""Programs write here with a token; no cookie is read, so no other site can in a reader's name."""

HOOKS_PATH = "/hooks/"
LARGEST = 1_000_000
"""Bytes of what a form sends. Mail providers' calls and the API have limits of their own."""

TOO_LARGE = Sayable("What you sent is too large: a form takes at most 1 MB.")

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""What is asked for goes to this site alone: tools that look at a page fetch its robots.txt."""

LIVE_POLICY = f"{POLICY}; script-src 'self'"
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


def _as_sent(headers: Mapping[str, str]) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((name.lower().encode(), value.encode()) for name, value in headers.items())


ANSWER = _as_sent(HEADERS)
LIVE_ANSWER = _as_sent(HEADERS | {"Content-Security-Policy": LIVE_POLICY})
PERSONAL_ANSWER = _as_sent(HEADERS | UNKEPT)

basic = HTTPBasic(auto_error=False, realm="Tidings operators")


class Guard:
    """Middleware: headers on every answer; what another site posts, or too much, is refused."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = path_in(scope)
        sent = _Answer(send, path)
        if scope["method"] in SAFE_METHODS or path.startswith(API_PATH):
            await self._app(scope, receive, sent)
            return
        request = Request(scope, receive)
        taken = receive if path.startswith(HOOKS_PATH) else _Form(request, receive)
        if _is_foreign_write(request):
            words = Sayable("This form was sent from another site.")
            await refused(request, 403, words)(scope, receive, sent)
        elif isinstance(taken, _Form) and taken.is_too_large:
            await refused(request, 413, TOO_LARGE)(scope, receive, sent)
        else:
            await self._app(scope, taken, sent)


class _Answer:
    """Sends an answer, with those of our headers that it does not have."""

    def __init__(self, send: Send, path: str) -> None:
        self._send, self._path = send, path

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            own = message.get("headers", ())
            known = {name for name, _ in own}
            wanted = PERSONAL_ANSWER if self._path.startswith(PERSONAL) else ANSWER
            if self._path in LIVE:
                wanted = LIVE_ANSWER
            added = [one for one in wanted if one[0] not in known]
            message = {**message, "headers": [*own, *added]}
        await self._send(message)


class _Form:
    """Receives what a form sends, up to the largest; what is beyond is never kept."""

    def __init__(self, request: Request, receive: Receive) -> None:
        self._receive, self._size = receive, 0
        said = request.headers.get("content-length", "")
        self.is_too_large = said.isdigit() and int(said) > LARGEST

    async def __call__(self) -> Message:
        message = await self._receive()
        self._size += len(message.get("body", b""))
        if self._size > LARGEST:
            raise HTTPException(413, TOO_LARGE)
        return message


def refused(request: Request, status: int, words: str) -> HTMLResponse:
    """Return the page that says, in the language asked for, what is wrong."""
    site = site_of(request)
    return site.page("pages/error.html", status=status, words=site.speech.say(words))


def _is_foreign_write(request: Request) -> bool:
    if path_of(request).startswith(ONE_CLICK_PATH):
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
