"""Show what a reader would get."""

from typing import Annotated

import typer

from tidings.cli.parts import console
from tidings.errors import RejectedError
from tidings.notices.samples import sample_letters
from tidings.rendering.environment import environment
from tidings.rendering.mail import render


def preview(
    name: Annotated[str, typer.Argument(help="confirm, change-alert, digest or goodbye")],
    *,
    html: Annotated[bool, typer.Option("--html", help="the HTML part, not the text")] = False,
) -> None:
    """Print a mail as a reader would get it, about invented studies."""
    letters = sample_letters()
    if name not in letters:
        raise RejectedError(f"there is no mail {name!r}; there are {', '.join(letters)}")
    mail = render(environment(), name, letters[name])
    console.print(f"Subject: {mail.subject}\n", markup=False, highlight=False)
    console.print(mail.html if html else mail.text, markup=False, highlight=False, soft_wrap=True)
