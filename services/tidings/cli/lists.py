"""Lists that readers published, and files that say they are such lists."""

from pathlib import Path
from typing import Annotated

import typer

from tidings.cli.parts import console, open_parts
from tidings.db.session import open_reader
from tidings.errors import RejectedError
from tidings.watchlists import documents
from tidings.watchlists.documents import Standing
from tidings.watchlists.entries import ENTRIES, write_lines
from tidings.watchlists.queries import published_watchlist
from tidings.watchlists.signing import Signer

lists = typer.Typer(no_args_is_help=True, help="Lists that readers published.")

SIGNATURES = {
    Standing.OURS: "signed here, and as it was signed",
    Standing.CHECKED: "signed with the key that was given, and as it was signed",
    Standing.UNCHECKED: "not checked: give the public key of its site as --key",
}


@lists.command()
def show(slug: Annotated[str, typer.Argument(help="the end of its address")]) -> None:
    """Show a list that is public."""
    with open_parts() as parts, open_reader(parts.engine) as session:
        row = published_watchlist(session, slug)
    if row is None:
        raise RejectedError(f"there is no list {slug}, or it is not public")
    _print(f"{row.title} (version {row.version}, {row.language})", row.about)
    _print(write_lines(ENTRIES.validate_python(row.entries)))


@lists.command()
def verify(
    file: Annotated[Path, typer.Argument(help="a list as its site signed it", exists=True)],
    key: Annotated[str, typer.Option(help="public key of that site; not needed for ours")] = "",
) -> None:
    """Say who signed a list, and whether it was altered since."""
    with open_parts() as parts:
        signer = Signer(parts.settings.secret)
    taken = documents.read(file.read_bytes(), signer=signer, public_key=key)
    document = taken.document
    _print(f"{document.title}, {document.address}, version {document.version}")
    _print(f"key {document.key_id}: {SIGNATURES[taken.standing]}")
    if taken.standing is Standing.UNCHECKED:
        raise typer.Exit(1)


def _print(*lines: str) -> None:
    for line in filter(None, lines):
        console.print(line, highlight=False, markup=False, soft_wrap=True)
