"""Study pages that are kept are answered at once: most of what is asked for, most of the time.

Finding the route and its parameters would take longer than to ask whether the page has changed.
"""

import re
from dataclasses import replace

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from tidings.db.session import for_reading
from tidings.rendering.speech import speech_of
from tidings.web.site import READ, Site
from tidings.web.studies import kept_study
from tidings.web.tongues import language_of, path_in

_PAGE = re.compile("/studies/([A-Z0-9:]+)")
"""Addresses of study pages as we write them; any other is left to the routes."""


class KeptPages:
    """Middleware that answers for kept pages, and passes on all else."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app = app
        self._site = replace(site, engine=for_reading(site.engine))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass the request on."""
        if key := _key_in(scope):
            request = Request(scope)
            site = replace(self._site, speech=speech_of(language_of(request)))
            if answer := await run_in_threadpool(kept_study, request, site, key):
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _key_in(scope: Scope) -> str:
    """Return the key of the study whose page is asked for as it is for everybody, or nothing."""
    if scope["type"] != "http" or scope["method"] not in READ or scope["query_string"]:
        return ""
    found = _PAGE.fullmatch(path_in(scope))
    return found[1] if found else ""
