"""What the small trials of tests.chaos.scenarios happen on."""

import os
import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from time import sleep

from tests.chaos import world
from tests.chaos.certificates import write_certificate
from tests.chaos.history import History
from tests.chaos.stores import fast_folder
from tests.endpoint_of_tests import EndpointServer, running_endpoint

from tidings.config import Settings
from tidings.flows import advance_sweep, read_papers
from tidings.reporter.patience import Patience
from tidings.sandbox.running import Options, Sandbox, running_sandbox
from tidings.sandbox.serve import free_port

LEASE = timedelta(seconds=0.6)
SECONDS = 20.0
PATIENCE = Patience(tries=2, first=timedelta(milliseconds=10))
REFUSED = "refused@readers.example"
DEAD_LETTER = 1


@dataclass
class Scene:
    """A RePORTER to spoil, a mail server with a password, an endpoint, the store of a trial."""

    sandbox: Sandbox
    history: History
    keys: Path
    smtp_port: int
    endpoint: EndpointServer
    url: str = ""
    folder: Path = field(default_factory=Path)
    healed: bool = False

    @property
    def settings(self) -> Settings:
        """The settings of the trial."""
        return Settings(
            data_dir=self.folder / "data",
            database_url=self.url,
            reporter_url=self.sandbox.url,
            reporter_interval=0,
            scope_years=50,
            secret_key=world.SECRET,  # pyright: ignore[reportArgumentType] - pydantic makes it a SecretStr
            sender="smtp",
            smtp_port=self.smtp_port,
            smtp_tls="starttls",
            smtp_user="tidings",
            smtp_password="secret",  # pyright: ignore[reportArgumentType] - pydantic makes it a SecretStr
            delivery_lease=LEASE.total_seconds(),
        )

    def begin(self, url: str, folder: Path) -> None:
        """Begin a trial with a store of its own."""
        self.url, self.folder, self.healed = url, folder, False
        self.sandbox.recover()
        self.history.begin()
        self.endpoint.calls.clear()

    def enter(self) -> None:
        """Make this process, a child, one of the trial's."""
        os.environ["SSL_CERT_FILE"] = str(self.keys / "certificate.pem")
        advance_sweep.LEASE = read_papers.LEASE = LEASE

    def wait_for_leases(self) -> None:
        """Let the leases of the dead end."""
        sleep(LEASE.total_seconds() * 1.2)

    def end(self) -> None:
        """End the trial."""
        self.sandbox.recover()


@contextmanager
def open_scenery() -> Generator[Scene]:
    """Run what the trials need, for all of them."""
    keys = fast_folder("keys")
    write_certificate(keys)
    history, port = History(keys / "history"), free_port()
    command = [sys.executable, "-m", "tests.chaos.mailbox", str(port), str(history.path), str(keys)]
    mailbox = subprocess.Popen(command)  # noqa: S603 - our own
    try:
        with running_sandbox(Options(corpus=world.CORPUS)) as sandbox, running_endpoint() as one:
            sandbox.hold_week(world.LAST_WEEK)
            yield Scene(sandbox, history, keys, port, one)
    finally:
        mailbox.terminate()
        mailbox.wait()
        shutil.rmtree(keys, ignore_errors=True)
