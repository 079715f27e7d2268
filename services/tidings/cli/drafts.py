"""Drafts of study pages by a language model: ask for one, see what came of each."""

from typing import Annotated

import typer
from rich.table import Table

from tidings.cli.parts import Parts, console, open_parts
from tidings.db.session import open_reader, open_session
from tidings.flows.draft_page import draft_page
from tidings.flows.want_draft import want_draft
from tidings.pages.draft_queries import asked_for, drafts_page
from tidings.pages.drafting import make_drafter
from tidings.pages.models import VersionState
from tidings.rendering.filters import moment
from tidings.rendering.speech import SOURCE_LANGUAGE

pages = typer.Typer(no_args_is_help=True, help="Drafts of study pages by a language model.")


@pages.command()
def draft(
    key: Annotated[str, typer.Argument(help="of the study, e.g. CA286969")],
    *,
    language: Annotated[str, typer.Option(help="en or es")] = SOURCE_LANGUAGE,
    now: Annotated[bool, typer.Option("--now", help="ask the model here, and wait")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="also where the same words were drafted before")
    ] = False,
) -> None:
    """Ask for a draft of a study page; an editor decides what becomes of it."""
    with open_parts() as parts:
        drafter = make_drafter(parts.settings)
        with open_session(parts.engine) as session:
            wanted = want_draft(
                session, key, language, settings=parts.settings, now=parts.now, force=again
            )
        if now and wanted.state is VersionState.WANTED:
            with console.status("Asking the language model"):
                draft_page(parts.engine, drafter, wanted.version_id, now=parts.now)
        elif not wanted.is_new:
            _say("The same words were asked for before; --again asks anew.")
        _show(parts, wanted.version_id)


def _show(parts: Parts, version_id: int) -> None:
    with open_reader(parts.engine) as session:
        found = asked_for(session, version_id)
    if found is not None:
        version = found.version
        _say(
            f"Version {version.number} of {found.project.key} ({found.page.language}): "
            f"{version.state}, by {version.model}."
        )
        for line in version.note.splitlines():
            _say(f"  {line}")


@pages.command()
def drafts(
    limit: Annotated[int, typer.Option(help="how many, the last first", min=1)] = 20,
) -> None:
    """List what language models were asked for, and why there is no draft where there is none."""
    with open_parts() as parts, open_reader(parts.engine) as session:
        rows = drafts_page(session, limit=limit)
    table = Table("study", "language", "version", "state", "model", "asked", "note", box=None)
    for version, page, project in rows:
        note = version.note.partition("\n")[0]
        asked = moment(version.created_at)
        table.add_row(
            project.key,
            page.language,
            str(version.number),
            version.state,
            version.model,
            asked,
            note,
        )
    console.print(table)


def _say(line: str) -> None:
    console.print(line, highlight=False, markup=False, soft_wrap=True)
