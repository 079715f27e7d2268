"""What several commands share: the parts of the system, and progress that people can read."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import Engine

from tidings.config import Settings
from tidings.migrations.migrate import migrate
from tidings.wiring import open_engine, read_settings

console = Console()
console_errors = Console(stderr=True)


@dataclass(frozen=True)
class Parts:
    """The settings in use and an open database at its newest revision."""

    settings: Settings
    engine: Engine

    @property
    def now(self) -> datetime:
        """The calendar time."""
        return self.settings.clock.now()


@contextmanager
def open_parts() -> Generator[Parts]:
    """Open the database, bring it to its newest revision, and close it at the end."""
    settings = read_settings()
    engine = open_engine(settings)
    try:
        migrate(engine)
        yield Parts(settings, engine)
    finally:
        engine.dispose()


def progress() -> Progress:
    """Return a progress bar with counts and the time it took."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )
