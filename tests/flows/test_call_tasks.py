"""The tasks of calls: one bell leads to the next, and mail always finds a thread."""

from collections.abc import Generator

import pytest
from calling import waiting_notice, webhook
from endpoint_of_tests import EndpointServer, Reply, running_endpoint
from sqlalchemy import Engine

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.delivery.senders.calls import make_call_senders
from tidings.jobs import Job
from tidings_workers import wiring
from tidings_workers.tasks import calls

Rung = list[tuple[object, ...]]


@pytest.fixture
def server() -> Generator[EndpointServer]:
    with running_endpoint() as running:
        yield running


@pytest.fixture
def rung(
    sqlite_engine: Engine,
    settings: Settings,
    server: EndpointServer,
    monkeypatch: pytest.MonkeyPatch,
) -> Rung:
    """Let the tasks work on this test's database, where one notice waits; note what they ring."""
    own = settings.model_copy(update={"allow_local_endpoints": True})
    bells: Rung = []

    def ring(job: Job, *arguments: object) -> None:
        bells.append((job, *arguments))

    monkeypatch.setattr(wiring, "engine", lambda: sqlite_engine)
    monkeypatch.setattr(wiring, "settings", lambda: own)
    monkeypatch.setattr(wiring, "call_senders", lambda: make_call_senders(own))
    monkeypatch.setattr(wiring, "ring", ring)
    monkeypatch.setattr("tidings_workers.chunks.ring", ring)
    with open_session(sqlite_engine) as session:
        notice = waiting_notice(session)
        webhook(session, own, server.url, reader=notice.subscriber_id)
    return bells


def test_composing_rings_for_the_calls_and_a_lost_endpoint_for_its_mail(
    rung: Rung, server: EndpointServer
) -> None:
    server.reply = Reply(410)
    calls.compose()
    assert rung == [(Job.CALLS_SEND, [1]), (Job.CALLS_COMPOSE,)]
    calls.send([1])
    assert rung[2:] == [(Job.DELIVERY_SEND, [2])]


def test_no_more_than_two_threads_of_a_process_call(rung: Rung, server: EndpointServer) -> None:
    calls.compose()
    busy = [calls._free.acquire() for _ in range(calls.AT_ONCE)]  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - two that call
    try:
        calls.send([1])
        assert server.calls == []
    finally:
        for _ in busy:
            calls._free.release()  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - they are done
    calls.send([1])
    assert len(server.calls) == 1
    assert rung
