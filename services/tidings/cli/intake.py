"""Take in what others send us."""

import sys

from tidings.cli.parts import console, open_parts
from tidings.db.session import open_session
from tidings.delivery.bounces import read_bounce
from tidings.flows.note_bounce import note_bounce


def bounce() -> None:
    """Take in a returned mail from standard input, as a mail server pipes it to a command."""
    found = read_bounce(sys.stdin.buffer.read())
    with open_parts() as parts, open_session(parts.engine) as session:
        is_new = note_bounce(session, found, now=parts.now)
    kind = "for good" if found.is_hard else "for now"
    known = "" if is_new else " (known already)"
    console.print(f"{found.message_id} came back {kind}: {found.detail}{known}", highlight=False)
