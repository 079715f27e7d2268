"""Addresses that get nothing: set, lifted and listed by operators."""

import sys
from getpass import getuser

import typer
from rich.table import Table

from tidings.cli.parts import console, open_parts
from tidings.db.session import open_reader, open_session
from tidings.delivery.suppression import WORDS, Reason
from tidings.delivery.suppression_queries import holds_now
from tidings.flows.release_address import release_address
from tidings.flows.suppress_address import NAME_LENGTH, suppress_address
from tidings.rendering.filters import moment


def suppress() -> None:
    """Let an address get nothing any more; it is asked for, or read from standard input."""
    with open_parts() as parts, open_session(parts.engine) as session:
        is_new = suppress_address(
            session, _address(), actor=getuser(), settings=parts.settings, now=parts.now
        )
    console.print("It gets nothing any more." if is_new else "It got nothing already.")


def unsuppress() -> None:
    """Let mail go to an address again; it is asked for, or read from standard input."""
    with open_parts() as parts, open_session(parts.engine) as session:
        was = release_address(session, _address(), actor=getuser(), settings=parts.settings)
    console.print(
        "Mail may go to it again; whose subscription ended has to ask anew."
        if was
        else "Nothing kept mail from it."
    )


def suppressions() -> None:
    """List who gets nothing and why, by the hashes that the operators' log names them by."""
    with open_parts() as parts, open_reader(parts.engine) as session:
        rows = holds_now(session, now=parts.now)
    table = Table("address", "reason", "since", "until", box=None)
    for row in rows:
        until = moment(row.until) if row.until else "for good"
        cells = (WORDS[Reason(row.reason)], moment(row.since), until)
        table.add_row(row.address_hash[:NAME_LENGTH], *cells)
    console.print(table)


def _address() -> str:
    """Return the address; not an argument, which others could see and the shell would keep."""
    if sys.stdin.isatty():
        return str(typer.prompt("Address", hide_input=True))
    return sys.stdin.readline()
