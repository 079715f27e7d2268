"""All that is held on a reader: given to them, or deleted, by whoever runs the installation."""

import sys
from getpass import getuser
from typing import Annotated

import typer

from tidings.cli.parts import Parts, console, open_parts
from tidings.db.base import stored_id
from tidings.db.session import open_reader, open_session
from tidings.errors import RejectedError
from tidings.flows.erase_reader import erase_reader
from tidings.flows.export_reader import export_reader
from tidings.subscribers.addresses import AddressBook, normalise
from tidings.subscribers.queries import subscriber_at

Address = Annotated[
    str, typer.Argument(help="the reader's e-mail address; - reads it from standard input")
]


def export(address: Address) -> None:
    """Write all that is held on a reader to standard output, as JSON."""
    with open_parts() as parts:
        reader = _reader(parts, address)
        with open_reader(parts.engine) as session:
            held = export_reader(session, reader, settings=parts.settings, now=parts.now)
    typer.echo(held.model_dump_json(indent=2))


def forget(
    address: Address,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
) -> None:
    """Delete a reader and all that is theirs; it cannot be undone."""
    with open_parts() as parts:
        reader = _reader(parts, address)
        if not yes:
            typer.confirm("Delete this reader and all that is theirs?", abort=True)
        with open_session(parts.engine) as session:
            erase_reader(session, reader, actor=getuser(), now=parts.now)
    console.print("Deleted. What is captured in /inbox or kept in backups is not part of it.")


def _reader(parts: Parts, address: str) -> int:
    typed = sys.stdin.readline() if address == "-" else address
    name = AddressBook(parts.settings.secret).hash(normalise(typed))
    with open_reader(parts.engine) as session:
        row = subscriber_at(session, name)
    if row is None:
        raise RejectedError("nothing is held on this address")
    return stored_id(row.id)
