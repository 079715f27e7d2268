"""What trials run on: a RePORTER that moved, filled databases, a mail server."""

import sys
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from subprocess import Popen

from tests.chaos import world
from tests.chaos.history import History
from tests.chaos.stores import PostgresqlStore, SqliteStore, Store, fast_folder, postgresql_server

from tidings.sandbox.running import Options, running_sandbox
from tidings.sandbox.serve import free_port


@dataclass(frozen=True)
class Lane:
    """What one trial after the other runs on: stores, a mail server and its history."""

    stores: Sequence[Store]
    reporter_url: str
    env: dict[str, str]
    history: History

    def env_for(self, sender: str) -> dict[str, str]:
        """Return the settings of a trial that sends by ``sender``."""
        return self.env | {"TIDINGS_SENDER": sender}


@contextmanager
def open_lane(stores: Sequence[Store], reporter_url: str) -> Generator[Lane]:
    """Run a mail server, and give what trials need."""
    folder = fast_folder("lane")
    history = History(folder / "history")
    port = free_port()
    mailbox = Popen([sys.executable, "-m", "tests.chaos.mailbox", str(port), str(history.path)])  # noqa: S603 - our own
    try:
        env = world.trial_settings(
            data_dir=folder, database_url="", reporter_url=reporter_url, smtp_port=port
        )
        yield Lane(stores, reporter_url, env, history)
    finally:
        mailbox.terminate()
        mailbox.wait()


@contextmanager
def open_stores(kinds: Sequence[str], reporter_url: str) -> Generator[Sequence[Store]]:
    """Fill one database of each kind."""
    fill = partial(world.fill, reporter_url=reporter_url)
    with ExitStack() as stack:
        made: list[Store] = []
        if "sqlite" in kinds:
            made.append(SqliteStore(fast_folder("sqlite"), fill))
        if "postgresql" in kinds:
            server = stack.enter_context(postgresql_server())
            made.append(PostgresqlStore(server.get_uri(), "template_of_trials", fill))
        yield made


@contextmanager
def open_world(kinds: Sequence[str]) -> Generator[tuple[Sequence[Store], str]]:
    """Fill the databases from a RePORTER, and let that move on; give them and its address."""
    with running_sandbox(Options(corpus=world.CORPUS)) as sandbox:
        sandbox.hold_week(world.FIRST_WEEK)
        with open_stores(kinds, sandbox.url) as stores:
            sandbox.hold_week(world.LAST_WEEK)
            yield stores, sandbox.url
