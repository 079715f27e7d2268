"""Say which of an operator's own templates of mails can be used."""

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from tidings.cli.parts import console
from tidings.errors import RejectedError
from tidings.notices.own_templates import Tried, try_all
from tidings.wiring import read_settings


def templates(
    *,
    every: Annotated[
        bool, typer.Option("--all", help="mails too that are as they come with Tidings")
    ] = False,
) -> None:
    """Try your own templates (TIDINGS_TEMPLATES_DIR) with a sample of every mail."""
    folder = read_settings().templates_dir
    if folder is None or not folder.is_dir():
        raise RejectedError(
            "TIDINGS_TEMPLATES_DIR names no folder: all mails are as they come with Tidings"
        )
    tried = list(try_all(folder))
    table = Table("mail", "language", "", box=None)
    for one in tried:
        if one.differs or one.refused or every:
            table.add_row(one.mail, one.language, escape(_verdict(one)))
    console.print(table)
    own, refused = sum(one.differs for one in tried), sum(bool(one.refused) for one in tried)
    _say(f"{own} of {len(tried)} mails are your own, {refused} cannot be used.")
    if refused:
        _say("In place of those, readers get ours.")
        raise typer.Exit(1)


def _verdict(one: Tried) -> str:
    if one.refused:
        return f"cannot be used: {one.refused}"
    poor = "; ".join(finding.words for finding in one.found)
    return f"your own, but {poor}" if poor else "your own" if one.differs else "ours"


def _say(sentence: str) -> None:
    console.print(sentence, markup=False, highlight=False, soft_wrap=True)
