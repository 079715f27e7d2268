"""What every page needs: settings, database, templates, and the bells it may ring."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
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

QueueDepths = Callable[[], dict[Queue, int] | None]
"""Returns the messages waiting in each queue; None when the broker cannot be asked."""

RowId = Annotated[int, Path(ge=1, le=2**31 - 1)]
"""The number of a row, in an address; any other is a page that is not there."""

StudyKey = Annotated[str, Path(pattern="^[ -~]+$")]
"""The key of a study, in an address: no database is asked for what no key holds."""


@dataclass(frozen=True)
class Site:
    """The parts of a running site."""

    settings: Settings
    engine: Engine
    templates: Environment
    enqueue: Enqueue | None
    queue_depths: QueueDepths | None
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
        """Return a page from its template."""
        return HTMLResponse(
            self.templates.get_template(name).render(status=status, **context), status_code=status
        )


def site_of(request: Request) -> Site:
    """Return the site that a request came to."""
    return cast("Site", request.app.state.site)
