"""A letter and its templates to what a reader sees, once for all who are told the same."""

import re
from collections.abc import Callable, Hashable
from typing import Protocol, runtime_checkable

from jinja2 import Environment

from tidings.rendering.keeping import Shelf
from tidings.rendering.message import Pieces, Rendered, encode

MOST_BYTES = 32 * 1024 * 1024
"""Of mails that are kept: some 500 digests of the largest size."""

MOST_OF_HTML = 79_000
"""Bytes, with room for readers' tokens below 80 KB: past 102 KB Gmail hides the rest."""

_BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")

TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Signs that turn what follows around: our own words may follow a record's."""


@runtime_checkable
class Shortenable(Protocol):
    """A letter that can do with less."""

    def shorter(self) -> "Shortenable | None":
        """Return the letter with a little less in it; None when nothing can be left out."""
        ...


def render(environment: Environment, name: str, letter: object) -> Rendered:
    """Return the parts of the mail ``name`` (a folder of templates/mail) for this letter.

    A letter that can be shortened is, until its HTML is small enough to be shown whole.
    """
    pages = environment.get_template(f"mail/{name}/body.html")
    html = pages.render(letter=letter)
    while _is_long(html) and isinstance(letter, Shortenable) and (less := letter.shorter()):
        letter = less
        html = pages.render(letter=letter)
    subject = environment.get_template(f"mail/{name}/subject.txt").render(letter=letter)
    text = environment.get_template(f"mail/{name}/body.txt").render(letter=letter)
    return Rendered(
        _BLANK.sub(" ", _upright(subject)).strip(), _without_gaps(_upright(text)), _upright(html)
    )


def _upright(text: str) -> str:
    for sign in TURNING:  # looking for each is far quicker than one look at each letter
        text = text.replace(sign, "")
    return text


def _is_long(html: str) -> bool:
    return len(html.encode("ascii", "xmlcharrefreplace")) > MOST_OF_HTML


class Renders(Protocol):
    """Renders a mail with other templates than ``ours``, or with those."""

    def render(
        self, name: str, language: str, letter: object, ours: Callable[[str], Environment]
    ) -> Rendered:
        """Return the parts of the mail ``name`` in a language for this letter."""
        ...


class Press:
    """Renders and encodes a letter when it is first asked for, and keeps what came of it.

    Two letters that are equal say the same: what is personal in them is a slot
    (rendering.slots). ``environment_of`` gives the templates of a language; ``overrides`` are an
    operator's own, which come before them.
    """

    def __init__(
        self, environment_of: Callable[[str], Environment], overrides: Renders | None = None
    ) -> None:
        self._environment_of = environment_of
        self._overrides = overrides
        self._shelf: Shelf[Pieces] = Shelf(MOST_BYTES, lambda pieces: pieces.size)

    def pieces(self, name: str, language: str, letter: Hashable) -> Pieces:
        """Return the mail ``name`` in a language, ready for rendering.message.build.

        Raises RejectedError when it cannot be written as a mail.
        """

        def make() -> Pieces:
            if self._overrides is None:
                return encode(render(self._environment_of(language), name, letter))
            return encode(self._overrides.render(name, language, letter, self._environment_of))

        return self._shelf.get((name, language, letter), make)


def _without_gaps(text: str) -> str:
    lines = [line.rstrip() for line in text.splitlines()]
    kept = [line for place, line in enumerate(lines) if line or (place and lines[place - 1])]
    return "\n".join(kept).strip() + "\n"
