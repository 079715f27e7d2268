"""Vocabularies of conditions: load one, look a name up."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from tidings.cli.parts import console, console_errors, open_parts, progress
from tidings.db.session import open_reader, open_session
from tidings.errors import RejectedError
from tidings.flows.load_conditions import Loaded, load_conditions
from tidings.flows.suggest_names import add_usual_names, look_up, suggest_names
from tidings.searches.condition_files import read_file
from tidings.searches.condition_lines import Entry, Refused
from tidings.searches.condition_names import written

MOST_SHOWN = 20
"""Refused lines that are shown; a wrong file may have a million."""

conditions = typer.Typer(no_args_is_help=True, help="Names of conditions that searches may add.")


@conditions.command()
def load(
    file: Annotated[Path, typer.Argument(help="JSON lines of names and synonyms, gzipped or not")],
) -> None:
    """Load a vocabulary; a second time changes nothing, a newer file adds and renames."""
    entries, refused = _read(file)
    _print_refused(refused)
    if not entries:
        raise RejectedError(f"{file} holds no condition that can be loaded")
    with open_parts() as parts, open_session(parts.engine) as session, progress() as bar:
        task = bar.add_task("Storing names", total=None)
        loaded = load_conditions(
            session,
            entries,
            on_step=lambda done, total: bar.update(task, completed=done, total=total),
        )
        bar.update(task, visible=loaded.new_names + loaded.respelled > 0)
    _print_loaded(loaded, len(entries), refused)


def _read(file: Path) -> tuple[list[Entry], list[Refused]]:
    entries: list[Entry] = []
    refused: list[Refused] = []
    with progress() as bar:
        task = bar.add_task("Reading conditions", total=None)
        for one in read_file(file):
            if isinstance(one, Entry):
                entries.append(one)
            else:
                refused.append(one)
            bar.update(task, completed=len(entries))
        bar.update(task, total=len(entries))
    return entries, refused


def _print_refused(refused: list[Refused]) -> None:
    for one in refused[:MOST_SHOWN]:
        console_errors.print(f"line {one.line} {one.reason}", highlight=False, markup=False)
    if len(refused) > MOST_SHOWN:
        console_errors.print(f"... and {len(refused) - MOST_SHOWN:,} more", highlight=False)


def _print_loaded(loaded: Loaded, read: int, refused: list[Refused]) -> None:
    synonyms = sum(one.is_synonym for one in refused)
    table = Table(box=None, show_header=False)
    table.add_column(justify="right")
    table.add_column()
    for count, what in (
        (loaded.conditions, f"conditions, {loaded.new_conditions:,} of them new"),
        (loaded.names, f"names of them, {loaded.new_names:,} of them new"),
        (read - loaded.conditions, "lines that searches cannot tell from another, joined with it"),
        (loaded.renamed, "conditions renamed"),
        (loaded.respelled, "names spelled anew"),
        (len(refused) - synonyms, "lines refused"),
        (synonyms, "synonyms refused"),
    ):
        table.add_row(f"{count:,}", what)
    console.print(table)


@conditions.command()
def show(
    name: Annotated[str, typer.Argument(help="a condition, e.g. 'TNBC'")],
) -> None:
    """Show the conditions that a name stands for, and the search that finds all their names."""
    search = written(name)
    with open_parts() as parts, open_reader(parts.engine) as session:
        known = look_up(session, name)
        if not known:
            raise RejectedError(
                f"no condition “{name}” is known here; `tidings conditions load FILE` brings more"
            )
        found = suggest_names(session, search)
        added = add_usual_names(session, search)
    for one in known:
        _say(f"{one.name} ({one.source}): {', '.join(one.names[1:]) or 'no other name'}")
    for note in dict.fromkeys(one.note for one in found if one.note):
        _say(f"“{name}”: {note}.")
    for other in (other for one in found for other in one.names if other.note):
        _say(f"Not added: {other.text} ({other.note}).")
    for left in added.left_out:
        _say(f"Left out: {left.choice.name} ({left.reason}).")
    _say(f"Search: {added.text}")


def _say(line: str) -> None:
    console.print(line, highlight=False, markup=False, soft_wrap=True)
