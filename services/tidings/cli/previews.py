"""Show what a reader would get."""

from typing import Annotated

import typer

from tidings.cli.parts import console
from tidings.rendering.previews import preview as render_preview


def preview(
    name: Annotated[str, typer.Argument(help="confirm, change-alert, digest or goodbye")],
    *,
    html: Annotated[bool, typer.Option(help="the HTML part, not the text")] = False,
) -> None:
    """Print a mail as a reader would get it, from sample rows."""
    mail = render_preview(name)
    console.print(f"Subject: {mail.subject}\n", markup=False, highlight=False)
    console.print(mail.html if html else mail.text, markup=False, highlight=False, soft_wrap=True)
