"""Who may publish study pages."""

from getpass import getuser
from typing import Annotated

import typer
from rich.table import Table

from tidings.cli.parts import console, open_parts
from tidings.db.session import open_reader, open_session
from tidings.flows.end_editor import end_editor
from tidings.flows.grant_editor import grant_editor
from tidings.rendering.filters import moment
from tidings.subscribers.addresses import AddressBook
from tidings.subscribers.editor_queries import live_editors

editors = typer.Typer(no_args_is_help=True, help="Who may publish study pages, at /desk.")

Address = Annotated[str, typer.Argument(help="of an active reader")]


@editors.command()
def add(
    address: Address,
    *,
    role: Annotated[str, typer.Option(help='what readers are told: "patient advocate"')],
) -> None:
    """Let a reader publish study pages; readers are told the role, never the person."""
    with open_parts() as parts, open_session(parts.engine) as session:
        editor_id = grant_editor(
            session, address, role=role, by=getuser(), settings=parts.settings, now=parts.now
        )
    console.print(f"They are editor {editor_id} now, and sign in at /desk as readers do.")


@editors.command("list")
def list_editors() -> None:
    """List the editors there are."""
    with open_parts() as parts, open_reader(parts.engine) as session:
        rows = live_editors(session)
        book = AddressBook(parts.settings.secret)
    table = Table("editor", "address", "role", "since", "granted by", box=None)
    for editor, address in rows:
        since = moment(editor.granted_at)
        table.add_row(str(editor.id), book.open(address), editor.role, since, editor.granted_by)
    console.print(table)


@editors.command()
def end(address: Address) -> None:
    """Let a reader publish no more; what they published stays."""
    with open_parts() as parts, open_session(parts.engine) as session:
        end_editor(session, address, by=getuser(), settings=parts.settings, now=parts.now)
    console.print("They publish no more.")
