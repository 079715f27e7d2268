"""What one client of RePORTER is told binds the clients of all processes."""

from collections.abc import Generator
from datetime import timedelta
from time import monotonic, sleep

import pytest
from conftest import NOW
from sqlalchemy import Engine
from sqlmodel import select
from sweeps import EVERYTHING

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.errors import RejectedError, RetryableError
from tidings.flows.advance_sweep import advance_sweep
from tidings.flows.finish_sweep import finish_sweep
from tidings.flows.start_sweep import start_sweep
from tidings.projects.models import Purpose, Sweep, SweepState
from tidings.reporter.client import ReporterClient
from tidings.reporter.criteria import Criteria
from tidings.reporter.patience import Patience
from tidings.sandbox.faults import Mode
from tidings.sandbox.running import Options, Sandbox, running_sandbox
from tidings.upkeep.breaker import DatabaseBreaker
from tidings.upkeep.pacing import DatabasePacer
from tidings.wiring import open_reporter

COOL_OFF = timedelta(seconds=0.5)


@pytest.fixture(scope="module")
def running() -> Generator[Sandbox]:
    with running_sandbox(Options(corpus=20)) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Generator[Sandbox]:
    yield running
    running.recover()


def client(sandbox: Sandbox, engine: Engine) -> ReporterClient:
    """Return a client as another process would make it, which tries a thing once."""
    return ReporterClient(
        sandbox.url,
        pacer=DatabasePacer(engine, 0),
        breaker=DatabaseBreaker(engine, "reporter", threshold=3, cool_off=COOL_OFF),
        patience=Patience(tries=1),
    )


def fail_three_times(sandbox: Sandbox, engine: Engine) -> None:
    sandbox.fail(Mode.STATUS, status=502)
    for _ in range(3):
        with client(sandbox, engine) as one, pytest.raises(RetryableError, match="502"):
            one.count_projects(Criteria())


def test_after_failures_of_several_clients_none_asks_for_a_while(
    engine: Engine, sandbox: Sandbox
) -> None:
    fail_three_times(sandbox, engine)
    asked = len(sandbox.visits())
    for _ in range(5):
        with client(sandbox, engine) as one, pytest.raises(RetryableError, match="left alone"):
            one.count_projects(Criteria())
    assert len(sandbox.visits()) == asked


def test_one_request_tries_whether_it_answers_again(engine: Engine, sandbox: Sandbox) -> None:
    fail_three_times(sandbox, engine)
    sandbox.recover()
    sleep(COOL_OFF.total_seconds())
    with client(sandbox, engine) as one, client(sandbox, engine) as other:
        assert one.count_projects(Criteria()) > 0
        assert other.count_projects(Criteria()) > 0


def test_a_no_is_an_answer_and_no_failure(engine: Engine, sandbox: Sandbox) -> None:
    sandbox.fail(Mode.STATUS, status=400)
    for _ in range(5):
        with client(sandbox, engine) as one, pytest.raises(RejectedError):
            one.count_projects(Criteria())
    sandbox.recover()
    with client(sandbox, engine) as one:
        assert one.count_projects(Criteria()) > 0


def test_a_sweep_waits_while_the_source_is_left_alone_and_says_so(
    engine: Engine, sandbox: Sandbox
) -> None:
    with open_session(engine) as session:
        sweep_id = start_sweep(
            session, purpose=Purpose.WEEKLY, settings=Settings(), now=NOW, scope=EVERYTHING
        )
    assert sweep_id is not None
    fail_three_times(sandbox, engine)
    with client(sandbox, engine) as one, pytest.raises(RetryableError):
        advance_sweep(engine, one, sweep_id, now=NOW, seconds=60)
    with open_session(engine) as session:
        trouble = session.exec(select(Sweep.trouble)).one()
    assert trouble.startswith("reporter failed 3 times in a row and is left alone until")

    sandbox.recover()
    sleep(COOL_OFF.total_seconds())
    with client(sandbox, engine) as one:
        assert advance_sweep(engine, one, sweep_id, now=NOW, seconds=60)
        assert finish_sweep(engine, one, sweep_id, now=NOW).state is SweepState.COMPLETE


def test_the_quiet_that_one_is_asked_for_is_kept_by_another(
    engine: Engine, sandbox: Sandbox
) -> None:
    sandbox.fail(Mode.RATE_LIMIT, times=1, retry_after="1")
    with client(sandbox, engine) as one, pytest.raises(RetryableError):
        one.count_projects(Criteria())
    began = monotonic()
    settings = Settings(reporter_url=sandbox.url, reporter_interval=0.0)
    with open_reporter(settings, engine) as another:
        another.count_projects(Criteria())
    assert 0.8 < monotonic() - began < 10


def test_a_quiet_too_long_to_sit_out_is_said_and_nothing_is_asked(
    engine: Engine, sandbox: Sandbox
) -> None:
    sandbox.fail(Mode.RATE_LIMIT, times=1, retry_after="3600")
    with client(sandbox, engine) as one, pytest.raises(RetryableError, match="429"):
        one.count_projects(Criteria())
    asked = len(sandbox.visits())
    with client(sandbox, engine) as other, pytest.raises(RetryableError, match="no more requests"):
        other.count_projects(Criteria())
    assert len(sandbox.visits()) == asked
