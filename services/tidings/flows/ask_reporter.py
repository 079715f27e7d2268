"""Ask RePORTER with a budget of requests: what it finds, and what it has of some awards today."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

from tidings.projects.canonicalise import Canonical
from tidings.projects.reading import read_rows
from tidings.reporter.client import ProjectPage
from tidings.reporter.criteria import Criteria
from tidings.reporter.paging import PAGE, PageRequest, PageSeen, next_page
from tidings.reporter.scope import APPL_ID_BATCH, REACHABLE

ID_ALONE = ("ApplId",)


class Source(Protocol):
    """Who is asked; reporter.client.ReporterClient is one."""

    def search_projects(
        self,
        criteria: Criteria,
        *,
        offset: int = 0,
        limit: int = 500,
        include_fields: Iterable[str] = (),
    ) -> ProjectPage:
        """Return one page of records, sorted by ``appl_id``."""
        ...


class TooManyError(Exception):
    """RePORTER finds more than can be read; the text says how many."""


class SpentError(Exception):
    """No request is left."""


@dataclass
class Asking:
    """Asks RePORTER while requests are left; one that the client tries again counts once.

    Each method may raise SpentError, and what the client raises.
    """

    client: Source
    left: int

    def finds(self, criteria: Criteria) -> set[int]:
        """Return all awards that RePORTER finds, by number.

        Raises TooManyError, after one request, if there is no reading them with what is left.
        """
        ids: set[int] = set()
        pages: list[PageSeen] = []
        while (request := next_page(pages)) is not None:
            page = self._page(criteria, request, ID_ALONE)
            numbers = [number for row in page.rows if (number := _number(row.fields)) is not None]
            ids.update(numbers)
            edges = (numbers[0], numbers[-1]) if numbers else (None, None)
            pages.append(
                PageSeen(request.offset, request.limit, page.total, len(page.rows), *edges)
            )
            _check_reach(page.total, requests=self.left + len(pages))
        return ids

    def today(self, appl_ids: Sequence[int]) -> Mapping[int, Canonical]:
        """Return awards as RePORTER has them now; those that it does not have are missing."""
        found: dict[int, Canonical] = {}
        rest = iter(appl_ids)
        while batch := tuple(islice(rest, APPL_ID_BATCH)):
            page = self._page(Criteria(appl_ids=batch), PageRequest(0))
            readings = read_rows((row.raw, row.value) for row in page.rows).readings
            found |= {reading.appl_id: reading.canonical for reading in readings}
        return found

    def _page(
        self, criteria: Criteria, request: PageRequest, fields: Iterable[str] = ()
    ) -> ProjectPage:
        if self.left <= 0:
            raise SpentError("no request is left")
        self.left -= 1
        return self.client.search_projects(
            criteria, offset=request.offset, limit=request.limit, include_fields=fields
        )


def _check_reach(total: int, *, requests: int) -> None:
    """Raise unless so many awards can be read with so many requests, pages overlap by one."""
    needed = 1 + max(0, -(-(total - PAGE) // (PAGE - 1)))
    if total > REACHABLE:
        raise TooManyError(f"RePORTER finds {total:,}, more than it lists")
    if needed > requests:
        raise TooManyError(
            f"RePORTER finds {total:,}: {needed} requests to read, of which {requests} were left"
        )


def _number(fields: Mapping[str, Any] | None) -> int | None:
    number = (fields or {}).get("appl_id")
    return number if isinstance(number, int) else None
