"""Stylesheet, icon and script: browsers keep them for ever, since a new one has a new address."""

from functools import cache
from hashlib import blake2b
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from tidings.rendering.folder import templates_folder

KEPT = "public, max-age=31536000, immutable"
FOLDER = Path(templates_folder()) / "static"


class Assets(StaticFiles):
    """Serves the files of ``templates/static``; whoever names the version may keep it."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file, or what is wrong with the request."""
        response = await super().get_response(path, scope)
        if response.status_code in {200, 304} and scope["query_string"].startswith(b"v="):
            response.headers["Cache-Control"] = KEPT
        return response


@cache
def asset(name: str) -> str:
    """Return the address of a file, with a version that changes when the file does."""
    digest = blake2b((FOLDER / name).read_bytes(), digest_size=6).hexdigest()
    return f"/static/{name}?v={digest}"
