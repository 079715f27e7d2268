"""Play a recorded history through the whole pipeline."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import orjson
import typer
from rich.table import Table

from tidings.cli.parts import console, progress
from tidings.config import Settings
from tidings.db.session import open_reader
from tidings.errors import RejectedError
from tidings.replay.events import Event, Summary, events, summarise
from tidings.replay.play import Readers, play
from tidings.subscribers.models import DIGEST_CADENCES, Cadence
from tidings.wiring import open_engine


def replay(
    file: Annotated[Path, typer.Argument(help="JSON lines of recordings, gzipped or not")],
    *,
    follow_all: Annotated[
        bool, typer.Option("--follow-all", help="a reader follows every project, told at once")
    ] = False,
    digest: Annotated[
        Cadence | None, typer.Option(help="a second one by digest: daily, weekly or monthly")
    ] = None,
    search: Annotated[str, typer.Option(help="a third reader saves this search")] = "",
    events_file: Annotated[
        Path | None, typer.Option("--events", help="write each change and mail here, as NDJSON")
    ] = None,
    store: Annotated[
        Path | None, typer.Option(help="folder to keep the replay in; playing goes on from there")
    ] = None,
) -> None:
    """Play a recorded history of RePORTER through sandbox, sweep, notices and captured mail."""
    if digest is not None and digest not in DIGEST_CADENCES:
        raise RejectedError(f"a digest is daily, weekly or monthly, not {digest}")
    readers = Readers(follow_all=follow_all, digest=digest, search=search)
    with _folder(store) as folder:
        settings = Settings(data_dir=folder, database_url="", sender="capture")
        with progress() as bar:
            task = bar.add_task("Playing", total=None)
            play(
                file,
                readers,
                settings=settings,
                on_step=lambda done, total: bar.update(task, completed=done, total=total),
            )
        engine = open_engine(settings)
        with open_reader(engine) as session:
            found = events(session, settings)
            summary = summarise(session, found)
        engine.dispose()
    if events_file is not None:
        _write(events_file, found)
    _print(summary)


@contextmanager
def _folder(store: Path | None) -> Generator[Path]:
    if store is not None:
        yield store
        return
    with TemporaryDirectory(prefix="tidings-replay-") as folder:
        yield Path(folder)


def _write(path: Path, found: list[Event]) -> None:
    try:
        path.write_bytes(b"".join(orjson.dumps(event) + b"\n" for event in found))
    except OSError as error:
        raise RejectedError(f"cannot write {path}: {error.strerror}") from error


def _print(summary: Summary) -> None:
    table = Table(box=None, show_header=False)
    table.add_column(justify="right")
    table.add_column()
    table.add_row(f"{summary.recordings:,}", "recordings swept")
    table.add_row(f"{summary.examined:,}", "records examined")
    for kind, count in sorted(summary.changes.items(), key=lambda entry: (-entry[1], entry[0])):
        table.add_row(f"{count:,}", kind)
    table.add_row(f"{summary.told:,}", "changes told")
    table.add_row(f"{summary.held:,}", "changes held by the storm breaker")
    table.add_row(f"{summary.mails:,}", "mails")
    console.print(table)
