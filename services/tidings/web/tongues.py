"""The language of an address: ``/es/studies`` is ``/studies`` in Spanish.

The address alone decides, so that an answer can be kept by every cache on its way: no cookie, and
no guess from what a browser says of itself.
"""

from fastapi import HTTPException, Request
from markupsafe import Markup
from starlette.types import ASGIApp, Receive, Scope, Send

from tidings.rendering.speech import LANGUAGES, SOURCE_LANGUAGE, Speech

PREFIXED = frozenset(LANGUAGES) - {SOURCE_LANGUAGE}
"""The languages whose addresses begin with them."""


class Tongues:
    """Middleware that mounts the whole site again under the name of each other language."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with its language as the root of its path."""
        if scope["type"] == "http" and (language := _language_in(scope["path"])) != SOURCE_LANGUAGE:
            prefix = f"{scope.get('root_path', '')}/{language}"
            path = scope["path"] if scope["path"] != prefix else f"{prefix}/"
            scope = {**scope, "root_path": prefix, "path": path}
        await self._app(scope, receive, send)


def address_in(speech: Speech, path: str) -> str:
    """Return where a path of ours is in a language: ``/studies`` to ``/es/studies``."""
    if speech.language == SOURCE_LANGUAGE:
        return path
    return f"/{speech.language}{path if path != '/' else ''}"


def record_language(speech: Speech) -> Markup:
    """Return the attribute of an element that holds a text of RePORTER's, which is English."""
    is_same = speech.language == SOURCE_LANGUAGE
    return Markup("" if is_same else f' lang="{SOURCE_LANGUAGE}"')  # noqa: S704 - our own


def language_of(request: Request) -> str:
    """Return the language that a request asks for by its address."""
    return _language_in(request.scope["path"])


def path_of(request: Request) -> str:
    """Return the path of a request without its language."""
    return path_in(request.scope)


def path_in(scope: Scope) -> str:
    """Return the path that is asked for without its language."""
    path: str = scope["path"]
    language = _language_in(path)
    return path if language == SOURCE_LANGUAGE else path.removeprefix(f"/{language}") or "/"


def english_only(request: Request) -> None:
    """Keep what is in English alone at its one address."""
    if language_of(request) != SOURCE_LANGUAGE:
        raise HTTPException(404)
    request.state.is_english_only = True


def is_english_only(request: Request) -> bool:
    """Say whether the page asked for is in English alone."""
    return getattr(request.state, "is_english_only", False)


def _language_in(path: str) -> str:
    first = path.split("/", 2)[1] if path.startswith("/") else ""
    return first if first in PREFIXED else SOURCE_LANGUAGE
