"""The public ledger: every change that we have found, for whoever wants to build on it."""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, StreamingResponse

from tidings.projects.feed_queries import Sought, ledger_entries, ledger_places
from tidings.projects.ledger import Place, line, read_cursor, write_cursor
from tidings.web.conditional import has_tag
from tidings.web.site import READ, Site, site_of

router = APIRouter()

PATH = "/ledger.ndjson"
MEDIA_TYPE = "application/x-ndjson; charset=utf-8"
CACHE = "public, max-age=60"
REVISION = "1"
"""Part of every ETag; raise it when a line says something else."""

USUAL, MOST = 1000, 10_000
AT_ONCE = 500
"""Changes that are in memory at a time."""

GZIP = 31
"""The window size that tells zlib to write gzip."""


@router.api_route("/ledger", methods=READ)
def about(request: Request) -> HTMLResponse:
    """Say what the ledger is and how to read it."""
    return site_of(request).page("pages/ledger.html", usual=USUAL, most=MOST)


@router.api_route(PATH, methods=READ)
def ledger(
    request: Request,
    after: str = "",
    limit: Annotated[int, Query(ge=1, le=MOST)] = USUAL,
    cosmetic: Annotated[bool, Query()] = False,  # noqa: FBT002 - part of an address
) -> Response:
    """Give the changes after a cursor, one JSON object a line, and where to go on reading.

    The link to the next page is there even when nothing came, so that a reader can ask it again.
    """
    site = site_of(request)
    start = read_cursor(after)
    with site.reading() as session:
        places = ledger_places(session, start, limit=limit, sought=Sought(cosmetic=cosmetic))
    zipped = "gzip" in request.headers.get("accept-encoding", "")
    headers = {
        "ETag": _etag(places, zipped=zipped),
        "Link": f'<{_next(site, places, start, limit, cosmetic=cosmetic)}>; rel="next"',
        "Cache-Control": CACHE,
        "Vary": "Accept-Encoding",
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": "Link",
    }
    if has_tag(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    if zipped:
        headers["Content-Encoding"] = "gzip"
    if request.method == "HEAD":
        return Response(headers=headers, media_type=MEDIA_TYPE)
    lines = _lines(site, places)
    body = _gzip(lines) if zipped else lines
    return StreamingResponse(body, headers=headers, media_type=MEDIA_TYPE)


def _lines(site: Site, places: Sequence[Place]) -> Iterator[bytes]:
    """Give the lines of these changes, a few hundred at a time: nobody waits for a slow reader."""
    for first in range(0, len(places), AT_ONCE):
        with site.reading() as session:
            entries = ledger_entries(session, places[first : first + AT_ONCE])
        yield b"".join(map(line, entries))


def _gzip(pieces: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(wbits=GZIP)
    for piece in pieces:
        yield packer.compress(piece)
    yield packer.flush()


def _next(site: Site, places: Sequence[Place], start: Place, limit: int, *, cosmetic: bool) -> str:
    place = places[-1] if places else start
    asked = {"after": write_cursor(place), "limit": limit} | ({"cosmetic": 1} if cosmetic else {})
    return f"{site.settings.site_url.rstrip('/')}{PATH}?{urlencode(asked)}"


def _etag(places: Sequence[Place], *, zipped: bool) -> str:
    said = " ".join([REVISION, str(zipped), *map(write_cursor, places)])
    return f'"{blake2b(said.encode(), digest_size=12).hexdigest()}"'
