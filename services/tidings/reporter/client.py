"""The client of RePORTER. Nothing else speaks to it."""

import random
import time
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Self

import httpx
import structlog

from tidings.clock import machine_now
from tidings.errors import RejectedError, RetryableError
from tidings.failpoints import around
from tidings.reporter.answers import Answer, Failure, read_answer
from tidings.reporter.body import Body, RawRow
from tidings.reporter.breaker import Breaker, NoBreaker
from tidings.reporter.criteria import Criteria, PublicationCriteria, validate_include_fields
from tidings.reporter.pacing import Pacer
from tidings.reporter.patience import Patience
from tidings.reporter.shape import absent_fields, checked

PROJECTS = "/v2/projects/search"
PUBLICATIONS = "/v2/publications/search"
LARGEST_ANSWER = 256 * 2**20
"""Bytes; a page of 500 records has about 7 million."""

log = structlog.get_logger()


@dataclass(frozen=True)
class ProjectPage:
    """One page of records; ``total`` is what the source counts for these criteria now.

    ``absent`` are fields that we know and that some of the records do not have.
    """

    total: int
    offset: int
    rows: tuple[RawRow, ...]
    absent: frozenset[str] = frozenset()


@dataclass(frozen=True)
class PublicationPage:
    """One page of publication links."""

    total: int
    offset: int
    rows: tuple[RawRow, ...]


class ReporterClient:
    """Asks RePORTER, at the pace that all processes share; a context manager.

    A request is tried a few times with growing pauses; then RetryableError says when to come back.
    What RePORTER refuses is RejectedError, with RePORTER's own words.
    """

    def __init__(
        self,
        base_url: str,
        *,
        pacer: Pacer,
        timeout: float = 60.0,
        contact: str = "",
        breaker: Breaker | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._pacer = pacer
        self._timeout = timeout
        self._breaker = breaker or NoBreaker()
        self._patience = patience or Patience()
        try:
            url = httpx.URL(self._base_url)
        except httpx.InvalidURL as error:
            raise RejectedError(f"{base_url!r} is no address: {error}") from error
        if url.scheme not in {"http", "https"} or not url.host:
            raise RejectedError(f"{base_url!r} is no address of RePORTER: it needs http or https")
        self._http = httpx.Client(
            base_url=url,
            verify=url.scheme == "https",  # certificates are slow to load, and not needed else
            timeout=httpx.Timeout(timeout, connect=min(timeout, 15.0)),
            headers={"User-Agent": user_agent(contact), "Accept": "application/json"},
            trust_env=url.host not in {"127.0.0.1", "localhost", "::1"},  # no proxy to a sandbox
        )

    def __enter__(self) -> Self:
        """Return the client itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def search_projects(
        self,
        criteria: Criteria,
        *,
        offset: int = 0,
        limit: int = 500,
        include_fields: Iterable[str] = (),
    ) -> ProjectPage:
        """Return one page of records, sorted by ``appl_id``; all fields unless some are named.

        Whole records that lack what every record has come as FlawedRow.
        """
        asked: dict[str, Any] = {"criteria": criteria.wire()}
        if chosen := validate_include_fields(include_fields):
            asked["include_fields"] = chosen
        asked |= {"offset": offset, "limit": limit, "sort_field": "appl_id", "sort_order": "asc"}
        body = self._ask(PROJECTS, asked)
        if chosen:
            return ProjectPage(body.meta["total"], offset, body.rows)
        rows = tuple(checked(row) for row in body.rows)
        return ProjectPage(body.meta["total"], offset, rows, absent_fields(rows))

    def count_projects(self, criteria: Criteria) -> int:
        """Return how many records RePORTER counts for ``criteria``."""
        return self.search_projects(criteria, limit=1, include_fields=("ApplId",)).total

    def search_publications(
        self, criteria: PublicationCriteria, *, offset: int = 0, limit: int = 500
    ) -> PublicationPage:
        """Return one page of publication links."""
        asked = {
            "criteria": criteria.wire(),
            "offset": offset,
            "limit": limit,
            "sort_field": "coreproject",
            "sort_order": "asc",
        }
        body = self._ask(PUBLICATIONS, asked)
        return PublicationPage(body.meta["total"], offset, body.rows)

    def _ask(self, path: str, asked: dict[str, Any]) -> Body:
        failures = 0
        while True:
            outcome = self._try(path, asked)
            if isinstance(outcome, Body):
                self._breaker.succeeded()
                return outcome
            failures += 1
            self._breaker.failed(outcome.reason)
            log.warning("request.failed", url=self._base_url + path, reason=outcome.reason)
            self._pause(outcome, failures)

    def _try(self, path: str, asked: dict[str, Any]) -> Body | Failure:
        """Send the request once; RejectedError if it can never succeed."""
        self._breaker.check()
        self._pacer.wait()  # last, so that nothing comes between the row and the road
        try:
            answer = self._send(path, asked)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            return Failure(f"RePORTER cannot be reached at {self._base_url}: {_words(error)}")
        except httpx.TimeoutException:
            return Failure(
                f"RePORTER at {self._base_url} gave no answer within {self._timeout:g} seconds"
            )
        except (httpx.RequestError, ConnectionError) as error:
            return Failure(f"RePORTER at {self._base_url} broke off its answer: {_words(error)}")
        return self._read(answer)

    def _read(self, answer: Answer) -> Body | Failure:
        """Tell what an answer means, and let all processes keep the quiet that it asks for."""
        try:
            read = read_answer(answer, whom=f"RePORTER at {self._base_url}", now=machine_now())
        except RejectedError:
            self._breaker.succeeded()  # a no is an answer, too
            raise
        after = read.outcome.after if isinstance(read.outcome, Failure) else None
        for quiet in (read.quiet_for, after):
            if quiet:
                self._pacer.keep_quiet(quiet)
        return read.outcome

    def _send(self, path: str, asked: dict[str, Any]) -> Answer:
        """Receive the whole answer, within twice the timeout and within bounds."""
        deadline = time.monotonic() + 2 * self._timeout
        content = bytearray()
        with around("request.sent"), self._http.stream("POST", path, json=asked) as response:
            for piece in response.iter_bytes():
                content += piece
                if time.monotonic() > deadline:
                    raise httpx.ReadTimeout("the answer trickles", request=response.request)
                if len(content) > LARGEST_ANSWER:
                    raise httpx.ReadError("the answer has no end", request=response.request)
        return Answer(response.status_code, response.headers, bytes(content))

    def _pause(self, failure: Failure, failures: int) -> None:
        """Wait before the next try; RetryableError when it is not worth waiting here.

        The quiet that the server asked for is the pacer's to keep.
        """
        too_long = failure.after is not None and failure.after > self._patience.longest
        if too_long or failures >= self._patience.tries:
            raise RetryableError(failure.reason, after=failure.after)
        wait = self._patience.pause(failures, random.random())  # noqa: S311 - spreading, no secret
        time.sleep(wait.total_seconds())


def user_agent(contact: str) -> str:
    """Return how we introduce ourselves, with a way to reach the operator if one is given."""
    name = f"Tidings/{version('tidings')}"
    contact = " ".join(contact.split())
    return f"{name} ({contact})" if contact else name


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__
