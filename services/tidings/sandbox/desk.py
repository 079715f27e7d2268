"""Answers searches: from a source, at a time, with whatever goes wrong."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any, Protocol

import orjson
from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from tidings.clock import Clock
from tidings.sandbox import asked as requests
from tidings.sandbox.asked import Asked, Refused, read_request
from tidings.sandbox.bending import bend, kept
from tidings.sandbox.churn import Churn
from tidings.sandbox.faults import Fault, Faults, Mode
from tidings.sandbox.matching import select, select_links
from tidings.sandbox.recordings import Recordings
from tidings.sandbox.replies import project_reply, publication_reply, refusal
from tidings.sandbox.spoiling import spoil
from tidings.sandbox.weeks import published_at

Answerer = Callable[[bytes, Fault | None], dict[str, Any]]
COUNTED = frozenset({Mode.SHRUNKEN, Mode.CHURN, Mode.VANISHED})
"""Faults that take or bring records: the total then follows, also where it was recorded."""


class Source(Protocol):
    """Where records come from."""

    def records(self, now: datetime) -> Sequence[Mapping[str, Any]]:
        """Return what is published at ``now``."""
        ...

    def links(self, now: datetime) -> Sequence[Mapping[str, Any]]:
        """Return the publication links published at ``now``."""
        ...

    def describe(self, now: datetime) -> dict[str, Any]:
        """Say where the source stands."""
        ...


class Desk:
    """Answers searches from a source, at the time of a clock or at a week that is held."""

    def __init__(self, source: Source, clock: Clock) -> None:
        self.source = source
        self.held: datetime | None = None
        self._faults = Faults()
        self._clock = clock
        self.fail(None)

    def now(self) -> datetime:
        """Return the calendar time that counts."""
        return self.held or self._clock.now()

    def hold(self, week: int | None) -> None:
        """Let time stand still just after a week was published, or run again."""
        self.held = None if week is None else published_at(week) + timedelta(minutes=1)

    def fail(self, fault: Fault | None) -> None:
        """Set a fault, or none; what it leaves to chance begins anew."""
        whatever = fault or Fault(mode=Mode.CHURN)
        self.churn = Churn(whatever)
        self._rng = Random(whatever.seed)  # noqa: S311 - an invented world
        self._faults.set(fault)

    def projects(self, content: bytes, fault: Fault | None) -> dict[str, Any]:
        """Answer a search for projects."""
        asked = read_request(content, requests.PROJECT_CRITERIA)
        records = self._records(fault)
        found = select(records, asked.criteria)
        recorded: Mapping[str, Any] | None = None
        if isinstance(self.source, Recordings):
            recorded = {} if asked.criteria else self.source.meta()
        if fault is None:
            return project_reply(asked, found, recorded=recorded)
        if fault.mode is Mode.SHRUNKEN:
            found = found[: kept(len(found))]
        if fault.mode in COUNTED:
            recorded = None if recorded is None else {}
        reply = project_reply(asked, found, recorded=recorded)
        return bend(reply, _before(found, asked), fault, self._rng)

    def publications(self, content: bytes, fault: Fault | None) -> dict[str, Any]:
        """Answer a search for publications."""
        asked: Asked = read_request(
            content,
            requests.PUBLICATION_CRITERIA,
            last_offset=requests.LAST_PUBLICATION_OFFSET,
        )
        reply = publication_reply(
            asked, select_links(self.source.links(self.now()), asked.criteria)
        )
        is_short = fault is not None and fault.mode is Mode.SHORT_PAGE
        return bend(reply, None, fault, self._rng) if fault is not None and is_short else reply

    async def answer(self, request: Request, answerer: Answerer) -> Response:
        """Answer a request, unless a fault is set."""
        fault = self._faults.take()
        if fault is not None and (spoiled := await spoil(fault)) is not None:
            return spoiled
        content = await request.body()
        try:
            reply = await run_in_threadpool(answerer, content, fault)
        except Refused as refused:
            return Response(orjson.dumps(refusal(str(refused))), 400, media_type="application/json")
        body = orjson.dumps(reply)
        if fault is not None and fault.mode is Mode.TRUNCATED:
            body = body[: kept(len(body))]
        return Response(body, media_type="application/json")

    def _records(self, fault: Fault | None) -> Sequence[Mapping[str, Any]]:
        records = self.source.records(self.now())
        if fault is not None and fault.mode is Mode.CHURN:
            return self.churn.moved(records)
        return records if fault is None else fault.left_of(records)


def _before(found: Sequence[Mapping[str, Any]], asked: Asked) -> Mapping[str, Any] | None:
    """Return the last record of the page before, as pages by ``appl_id`` go."""
    if not 0 < asked.offset <= len(found):
        return None
    return sorted(found, key=lambda record: record["appl_id"])[asked.offset - 1]
