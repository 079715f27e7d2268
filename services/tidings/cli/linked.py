"""Papers and trials of projects: read the links of papers, load what papers and trials are."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from tidings.cli.parts import Parts, console, console_errors, open_parts, progress
from tidings.db.session import open_reader, open_session
from tidings.errors import RejectedError
from tidings.flows.load_linked import LinkedLoaded, load_papers, load_trials
from tidings.flows.read_papers import read_papers
from tidings.projects.exporter_files import read_lines
from tidings.projects.exporter_lines import Refused, read_paper_lines, read_trial_lines
from tidings.projects.models import Sweep
from tidings.rendering.filters import plural
from tidings.wiring import open_reporter

STEP_SECONDS = 2.0
MOST_SHOWN = 20
"""Refused lines that are shown; a wrong file may have a million."""

Line = TypeVar("Line")

papers = typer.Typer(no_args_is_help=True, help="Papers that RePORTER links to studies.")
trials = typer.Typer(no_args_is_help=True, help="Clinical studies that NIH links to studies.")

File = Annotated[Path, typer.Argument(help="a CSV file of ExPORTER, gzipped or not")]
AsOf = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="day of the file; else the day it was last changed"),
]


@papers.command("read")
def read() -> None:
    """Ask RePORTER now which papers belong to the studies that are due, as the daily job does."""
    with open_parts() as parts, open_reporter(parts.settings, parts.engine) as client:
        with progress() as bar:
            task = bar.add_task("Reading papers", total=None)
            more, sweep_id = True, None
            while more:
                outcome = read_papers(
                    parts.engine,
                    client,
                    settings=parts.settings,
                    now=parts.now,
                    seconds=STEP_SECONDS,
                )
                more, sweep_id = outcome.more, outcome.sweep_id
                bar.update(task, completed=_asked(parts, sweep_id))
        _print_receipt(parts, sweep_id)


@papers.command("load")
def load_titles(file: File) -> None:
    """Load what papers are called, from ExPORTER's list; only those that belong to our studies."""
    with open_parts() as parts, open_session(parts.engine) as session, progress() as bar:
        task = bar.add_task("Loading papers", total=None)
        refused: list[Refused] = []
        loaded = load_papers(
            session,
            _good(read_paper_lines(read_lines(file)), refused),
            on_step=lambda done: bar.update(task, completed=done),
        )
    _print_loaded(loaded, refused, what="papers")


@trials.command("load")
def load_links(file: File, as_of: AsOf = None) -> None:
    """Load the clinical studies that belong to our studies, from ExPORTER's list."""
    with open_parts() as parts, open_session(parts.engine) as session, progress() as bar:
        task = bar.add_task("Loading trials", total=None)
        refused: list[Refused] = []
        loaded = load_trials(
            session,
            _good(read_trial_lines(read_lines(file)), refused),
            as_of=as_of.date() if as_of else _changed_on(file),
            now=parts.now,
            on_step=lambda done: bar.update(task, completed=done),
        )
    _print_loaded(loaded, refused, what="trials")


def _good(lines: Iterable[Line | Refused], refused: list[Refused]) -> Iterator[Line]:
    """Give the lines that can be used, and keep the others."""
    for one in lines:
        if isinstance(one, Refused):
            refused.append(one)
        else:
            yield one


def _changed_on(file: Path) -> date:
    try:
        return datetime.fromtimestamp(file.stat().st_mtime, UTC).date()
    except OSError as error:
        raise RejectedError(f"{file} cannot be read: {error}") from error


def _print_loaded(loaded: LinkedLoaded, refused: list[Refused], *, what: str) -> None:
    for one in refused[:MOST_SHOWN]:
        console_errors.print(f"line {one.line} {one.reason}", highlight=False, markup=False)
    if len(refused) > MOST_SHOWN:
        console_errors.print(f"... and {len(refused) - MOST_SHOWN:,} more", highlight=False)
    verb = "is" if loaded.kept == 1 else "are"
    console.print(
        f"{plural(loaded.read, 'line')} read, {len(refused):,} refused; {loaded.kept:,} of the "
        f"{what} {verb} linked to our studies."
    )


def _asked(parts: Parts, sweep_id: int | None) -> int:
    with open_reader(parts.engine) as session:
        return session.get_one(Sweep, sweep_id).examined if sweep_id is not None else 0


def _print_receipt(parts: Parts, sweep_id: int | None) -> None:
    if sweep_id is None:
        console.print("No study is due: each is asked about once a week.")
        return
    with open_reader(parts.engine) as session:
        sweep = session.get_one(Sweep, sweep_id)
        console.print(
            f"{plural(sweep.examined, 'study', 'studies')} asked about, "
            f"{plural(sweep.new, 'paper')} new to us, "
            f"{plural(sweep.changed, 'study', 'studies')} with news."
        )
