"""Play a recorded history through the whole pipeline."""

from pathlib import Path
from typing import Annotated

import typer

from tidings.cli.parts import console
from tidings.flows.replay import replay as play
from tidings.subscribers.models import Cadence


def replay(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="JSON lines, .gz or not")
    ],
    *,
    follow_all: Annotated[
        bool, typer.Option("--follow-all", help="a reader follows every project, told at once")
    ] = False,
    digest: Annotated[Cadence | None, typer.Option(help="a second reader gets digests")] = None,
    search: Annotated[str, typer.Option(help="a third reader saves this search")] = "",
    events: Annotated[Path | None, typer.Option(help="write each change and mail here")] = None,
) -> None:
    """Play a recorded history of RePORTER through sandbox, sweep, notices and captured mail."""
    play(file, follow_all=follow_all, digest=digest, search=search, events=events)
    console.print()
