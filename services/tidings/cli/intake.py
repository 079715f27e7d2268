"""Take in what others send us."""

import sys
from contextlib import closing

import typer

from tidings.cli.parts import console, open_parts
from tidings.db.session import open_session
from tidings.delivery.mailboxes.base import LARGEST
from tidings.delivery.mailboxes.make import make_mailbox
from tidings.errors import RejectedError
from tidings.flows.count_intake import count_intake
from tidings.flows.read_mailbox import read_mailbox
from tidings.flows.take_mail import take_mail

mailbox = typer.Typer(no_args_is_help=True)


@mailbox.callback()
def about() -> None:
    """Take in returned mail that waits in a mailbox."""


@mailbox.command()
def read() -> None:
    """Take in what waits in the mailbox of TIDINGS_MAILBOX_URL."""
    with open_parts() as parts:
        found = make_mailbox(parts.settings)
        if found is None:
            raise RejectedError("TIDINGS_MAILBOX_URL names no mailbox")
        with closing(found):
            reading = read_mailbox(parts.engine, found, settings=parts.settings, now=parts.now)
    for kind, count in sorted(reading.kinds.items()):
        console.print(f"{count:>6}  {kind}", highlight=False)
    console.print(f"{reading.kinds.total()} messages taken in.", highlight=False)


def bounce() -> None:
    """Take in a returned mail from standard input, as a mail server pipes it to a command."""
    raw = sys.stdin.buffer.read(LARGEST)
    with open_parts() as parts:
        with open_session(parts.engine) as session:
            taken = take_mail(session, raw, settings=parts.settings, now=parts.now)
        count_intake(parts.engine, {taken.kind: 1})
    console.print(f"{taken.kind}: {taken.words}".rstrip(": "), highlight=False, markup=False)
