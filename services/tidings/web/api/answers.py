"""How a public answer goes out, and what each route says of its refusals in the description."""

from collections.abc import Mapping
from hashlib import blake2b
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from pydantic import BaseModel

from tidings.web.api.problems import MEDIA_TYPE
from tidings.web.conditional import PUBLIC, has_tag

JSON = "application/json"


def given(
    request: Request, said: BaseModel, *, headers: Mapping[str, str] | None = None
) -> Response:
    """Return a public answer with a strong ETag of its bytes, or 304 to whoever has it already."""
    body = said.model_dump_json().encode()
    etag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    own = {"ETag": etag, "Cache-Control": PUBLIC, **(headers or {})}
    if has_tag(request, etag):
        return Response(status_code=304, headers=own)
    return Response(body, headers=own, media_type=JSON)


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return how the description tells of these refusals: each is a problem, in words."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": content}
        for status in sorted({*statuses, *ALWAYS})
    }


ALWAYS = (405, 422, 429)
"""Any route may refuse with these."""

OWN = (401, 403)
"""So may any that needs a token."""

WRITING = (*OWN, 400, 413, 415)
"""And any that takes a body."""
