"""Run the whole of Tidings, or its local RePORTER."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from tidings.cli.parts import console, open_parts
from tidings.logs import configure_logs
from tidings.wiring import read_settings


def up(
    *,
    demo: Annotated[
        bool, typer.Option("--demo", help="invented records, a week of which lasts seconds")
    ] = False,
) -> None:
    """Run everything here: broker, worker, scheduler and site; restart what dies."""
    # A module name, not an import: services know nothing of the workers.
    # It takes this process's place, so that a signal to `tidings up` reaches the supervisor.
    command = [sys.executable, "-m", "tidings_workers.embedded", *(["--demo"] if demo else [])]
    os.execv(sys.executable, command)  # noqa: S606 - our own module


def migrate() -> None:
    """Make the database, or bring it to its newest revision."""
    with open_parts() as parts:
        console.print(f"{parts.engine.url.render_as_string()} is at its newest revision.")


def sandbox(
    *,
    corpus: Annotated[int, typer.Option(help="projects to invent", min=1)] = 1000,
    week_seconds: Annotated[float, typer.Option(help="how long a week lasts", min=0.1)] = 604_800,
    recordings: Annotated[
        Path | None, typer.Option(help="serve recorded answers instead", exists=True)
    ] = None,
    seed: Annotated[int, typer.Option(help="the same seed invents the same world")] = 1,
    port: Annotated[int, typer.Option(help="port on this machine; 0 takes a free one")] = 8900,
) -> None:
    """Run a local RePORTER that behaves like the real one."""
    from tidings.sandbox.serve import serve  # noqa: PLC0415 - a web server that other commands spare

    settings = read_settings()
    configure_logs(settings)  # it has no progress to show, and its address to say
    shared = settings.clock if settings.clock_calendar_epoch is not None else None
    serve(
        corpus=corpus,
        week_seconds=week_seconds,
        recordings=recordings,
        seed=seed,
        port=port,
        clock=shared,
    )
