"""Answers that a program asks for again and again: most times nothing has changed."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import blake2b

from fastapi import Request, Response

PUBLIC = "public, max-age=300, stale-while-revalidate=600"
PRIVATE = "private, max-age=300"


def answer(
    request: Request,
    body: bytes,
    media_type: str,
    *,
    modified: datetime | None,
    headers: Mapping[str, str],
) -> Response:
    """Return ``body`` with a strong ETag of its bytes, or 304 to whoever has it already.

    ``modified`` is None for what has no time of its own.
    """
    own = {"ETag": f'"{blake2b(body, digest_size=12).hexdigest()}"', **headers}
    if modified is not None:
        moment = modified.astimezone(UTC).replace(microsecond=0)
        own["Last-Modified"] = format_datetime(moment, usegmt=True)
    if is_known(request, own["ETag"], modified):
        return Response(status_code=304, headers=own)
    if request.method == "HEAD":
        sizes = {"Content-Length": str(len(body))}
        return Response(headers=own | sizes, media_type=media_type)
    return Response(body, headers=own, media_type=media_type)


def is_known(request: Request, etag: str, modified: datetime | None) -> bool:
    """Say whether whoever asks has this already; a tag that is given counts, not the time."""
    if "if-none-match" in request.headers or modified is None:
        return has_tag(request, etag)
    since = _moment(request.headers.get("if-modified-since", ""))
    return since is not None and modified.replace(microsecond=0) <= since


def has_tag(request: Request, etag: str) -> bool:
    """Say whether whoever asks names this tag as what they have."""
    tags = request.headers.get("if-none-match", "").split(",")
    return bool({one.strip().removeprefix("W/") for one in tags} & {etag, "*"})


def _moment(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
