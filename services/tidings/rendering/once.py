"""Renders a part of a mail once, however many mails it stands in."""

from collections.abc import Callable, Hashable

from jinja2 import pass_context
from jinja2.runtime import Context, Macro

from tidings.rendering.keeping import Shelf

MOST_BYTES = 16 * 1024 * 1024
BYTES_A_LETTER = 2
"""Of a string with any sign beyond Latin-1, as a mark of a change is."""


def once() -> Callable[[Context, Macro, Hashable], str]:
    """Return the template global ``once(macro, item)``, with a memory of its own.

    It is ``macro(item)``, rendered only where no equal item was before. The macro may use nothing
    but its item and the names that every template has.
    """
    shelf: Shelf[str] = Shelf(MOST_BYTES, lambda part: len(part) * BYTES_A_LETTER)

    @pass_context
    def render_once(context: Context, macro: Macro, item: Hashable) -> str:
        # An imported template is made anew for every mail, and its macros with it; their code is
        # what stays, until the template's file changes.
        code = macro._func.__code__  # type: ignore[reportPrivateUsage] # noqa: SLF001
        escapes = context.eval_ctx.autoescape
        key = (code, code.co_filename, escapes, item)
        return shelf.get(key, lambda: macro(context.eval_ctx, item))

    return render_once
