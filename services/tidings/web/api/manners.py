"""What holds for every request to the API, before any route sees it."""

from email.message import Message as Header

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tidings.web.api.problems import ApiError, Where, problem

OWN = "/v1/me"
"""Where a reader's own things begin: no cache keeps them, and no other site may read them."""

JSON = "application/json"
LARGEST = 100_000
"""Bytes of a body; the largest that makes sense is a search of a few thousand characters."""

PREFLIGHT = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "If-None-Match",
    "Access-Control-Max-Age": "86400",
}
EXPOSED = "ETag, Link, Retry-After"


class Manners:
    """Middleware: HEAD asks as GET does, a body is JSON, and who may read the answer is said.

    Public answers may be read by pages of any site (CORS), which never bring a reader's cookies or
    token along; those to a reader's program may not.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_head = scope["method"] == "HEAD"
        sent = _Answer(send, is_own=_path(scope).startswith(OWN), is_head=is_head)
        if refusal := _refusal(scope):
            await refusal(scope, receive, sent)
        else:
            asked = {**scope, "method": "GET"} if is_head else scope
            await self._app(asked, receive, sent)


class _Answer:
    """Sends an answer with the headers of the API, and without its body to whoever asked HEAD."""

    def __init__(self, send: Send, *, is_own: bool, is_head: bool) -> None:
        self._send, self._is_own, self._is_head = send, is_own, is_head

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if self._is_own:
                headers["Cache-Control"] = "no-store"
                headers["Vary"] = "Authorization"
            else:
                headers["Access-Control-Allow-Origin"] = "*"
                headers["Access-Control-Expose-Headers"] = EXPOSED
        elif self._is_head:
            message = {**message, "body": b"", "more_body": False}
        await self._send(message)


def _refusal(scope: Scope) -> Response | None:
    headers = Headers(scope=scope)
    is_preflight = scope["method"] == "OPTIONS" and "access-control-request-method" in headers
    if is_preflight and not _path(scope).startswith(OWN):
        return Response(status_code=204, headers=PREFLIGHT)
    length = headers.get("content-length", "")
    if length.isdigit() and int(length) > LARGEST:
        return problem(413, f"A request has at most {LARGEST:,} bytes.")
    has_body = length not in {"", "0"} or "transfer-encoding" in headers
    if has_body and not _is_json(headers.get("content-type", "")):
        said = Where(place="header", name="Content-Type", words=f"It has to be {JSON}.")
        return problem(415, f"A body has to be {JSON}.", where=[said])
    return None


def _is_json(content_type: str) -> bool:
    header = Header()
    header["Content-Type"] = content_type or "none/none"
    return header.get_content_type() == JSON


def _path(scope: Scope) -> str:
    return scope["path"].removeprefix(scope.get("root_path", ""))


def only_known(request: Request) -> None:
    """Refuse a parameter that the description of the API does not name: it may be a typing error.

    Nothing is passed over in silence, or a misspelled filter would give everything.
    """
    path, method = request.scope["route"].path_format, request.method.lower()
    described = request.app.openapi()["paths"].get(path, {}).get(method, {})
    known = {one["name"] for one in described.get("parameters", ()) if one["in"] == "query"}
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        words = f"It takes {', '.join(sorted(known))}." if known else "It takes no parameter."
        where = [Where(place="query", name=name, words=words) for name in dict.fromkeys(unknown)]
        raise ApiError(422, f"There is no parameter {', '.join(unknown)} here.", where=where)
