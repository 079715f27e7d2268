"""No broker at all: one process looks at the rows, and does all that workers do elsewhere."""

import sys
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from bells import MAILS, let_leases_end, sent, unknowns
from local_nodes import LocalProcess, Wait
from relay import RelayServer
from sqlalchemy import Engine

from tidings.config import NO_BROKER, Settings
from tidings.db.session import open_session
from tidings.jobs import Queue
from tidings.upkeep.queries import heartbeats
from tidings_workers.children import STOP_SECONDS
from tidings_workers.names import process_name

pytestmark = pytest.mark.timeout(120)

Start = Callable[[], LocalProcess]


@pytest.fixture
def start(tmp_path: Path, settings: Settings, relay: RelayServer) -> Generator[Start]:
    made: list[LocalProcess] = []
    env = {
        "TIDINGS_DATA_DIR": str(settings.data_dir),
        "TIDINGS_DATABASE_URL": settings.database_url,
        "TIDINGS_BROKER_URL": NO_BROKER,
        "TIDINGS_REPORTER_URL": "http://127.0.0.1:9",  # the weekly sweep finds nobody there
        "TIDINGS_SENDER": "smtp",
        "TIDINGS_SMTP_PORT": str(relay.port),
        "TIDINGS_SMTP_TLS": "none",
    }

    def start() -> LocalProcess:
        command = [sys.executable, "-m", "tidings_workers.unbrokered"]
        made.append(LocalProcess("unbrokered", command, tmp_path, env))
        return made[-1]

    yield start
    for process in made:
        process.kill()


@pytest.mark.usefixtures("due")
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_mails_are_found_by_their_rows_and_finished_when_it_is_told_to_end(
    start: Start, engine: Engine, relay: RelayServer, wait: Wait
) -> None:
    process = start()
    wait(lambda: len(relay.messages) >= 2)
    process.process.terminate()
    assert process.process.wait(STOP_SECONDS) == 0
    assert sent(engine) == len(relay.messages) == MAILS  # one batch, which was in hand
    assert unknowns(engine) == 0


@pytest.mark.usefixtures("due")
def test_one_that_is_killed_costs_no_mail_and_at_most_the_one_in_hand_goes_out_twice(
    start: Start, engine: Engine, relay: RelayServer, wait: Wait
) -> None:
    first = start()
    wait(lambda: len(relay.messages) >= 3)
    first.kill()
    let_leases_end(engine)
    start()  # it looks for what was left at its start
    wait(lambda: sent(engine) == MAILS)
    assert len({message["Message-ID"] for message in relay.messages}) == MAILS
    assert len(relay.messages) <= MAILS + 1


@pytest.mark.usefixtures("due")
def test_two_at_once_send_each_mail_once_and_say_that_they_work(
    start: Start, engine: Engine, relay: RelayServer, wait: Wait
) -> None:
    both = [start(), start()]
    wait(lambda: sent(engine) == MAILS)
    wait(lambda: {queue for _, queue in beats(engine)} >= {Queue.MAIL, Queue.UPKEEP})
    names = {process_name(one.process.pid) for one in both}
    assert {process for process, _ in beats(engine)} <= names
    for one in both:
        one.stop(STOP_SECONDS)
    assert len(relay.messages) == MAILS
    assert unknowns(engine) == 0


def beats(engine: Engine) -> set[tuple[str, str]]:
    with open_session(engine) as session:
        return {(beat.process, beat.queue) for beat in heartbeats(session)}
