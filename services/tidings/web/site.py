"""What every page needs: settings, database, templates, and the bells it may ring."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import BoundedSemaphore
from typing import Annotated, Any, cast

from fastapi import Path, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment
from sqlalchemy import Engine
from sqlmodel import Session

from tidings.config import Settings
from tidings.db.session import open_reader, open_session
from tidings.jobs import Enqueue, Job, JobArgument, Queue
from tidings.rendering.speech import ENGLISH, LANGUAGES, Speech, speech_of
from tidings.web.limits import Limiter
from tidings.web.page_cache import PageCache
from tidings.web.tongues import address_in, is_english_only, language_of, path_of

QueueDepths = Callable[[], dict[Queue, int] | None]
"""Returns the messages waiting in each queue; None when the broker cannot be asked."""

READ = ["GET", "HEAD"]
"""The methods of a page: programs look at the links of mails by either."""

RowId = Annotated[int, Path(ge=1, le=2**31 - 1)]
"""The number of a row, in an address; any other is a page that is not there."""

StudyKey = Annotated[str, Path(pattern="^[ -~]+$")]
"""The key of a study, in an address: no database is asked for what no key holds."""


@dataclass(frozen=True)
class Site:
    """The parts of a running site, and the language of the request that asks for them.

    ``templates`` are by language. ``here`` is the address of the page without its language; empty
    where there is only one.
    """

    settings: Settings
    engine: Engine
    templates: Mapping[str, Environment]
    enqueue: Enqueue | None
    queue_depths: QueueDepths | None
    speech: Speech = ENGLISH
    here: str = ""
    limiter: Limiter = field(default_factory=Limiter)
    kept: PageCache = field(default_factory=PageCache)
    previews: BoundedSemaphore = field(default_factory=BoundedSemaphore)
    """Whoever shows what a search would have sent takes it: one at a time in this process."""

    @property
    def now(self) -> datetime:
        """The calendar time."""
        return self.settings.clock.now()

    @contextmanager
    def reading(self) -> Generator[Session]:
        """Give a session that only reads."""
        with open_reader(self.engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Generator[Session]:
        """Give a session for a flow."""
        with open_session(self.engine) as session:
            yield session

    def ring(self, job: Job, *arguments: JobArgument) -> None:
        """Ring a bell, where there is one; recover finds the row in any case."""
        if self.enqueue is not None:
            self.enqueue(job, *arguments)

    def page(self, name: str, *, status: int = 200, **context: Any) -> HTMLResponse:
        """Return a page from its template, in the language of the request."""
        template = self.templates[self.speech.language].get_template(name)
        return HTMLResponse(
            template.render(status=status, languages=self._languages(), **context),
            status_code=status,
            headers={"Content-Language": self.speech.language},
        )

    def to(self, path: str) -> str:
        """Return where a path of the site is in the language of the request."""
        return address_in(self.speech, path)

    def _languages(self) -> dict[str, str]:
        """Return where this page is in each language, if it is in several."""
        there = LANGUAGES if self.here else ()
        return {language: address_in(speech_of(language), self.here) for language in there}


def site_of(request: Request) -> Site:
    """Return the site that a request came to, in the language that it asks for."""
    site = cast("Site", request.app.state.site)
    return replace(site, speech=speech_of(language_of(request)), here=_here(request))


def _here(request: Request) -> str:
    """Return the address that shows this page again; what answers a form has none but home."""
    if is_english_only(request):
        return ""
    if request.method not in {"GET", "HEAD"}:
        return "/"
    query = request.url.query
    return f"{path_of(request)}?{query}" if query else path_of(request)
