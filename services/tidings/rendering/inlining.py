"""Turns the classes of the mail stylesheet into inline style when a mail template is loaded.

Mail programs drop stylesheets, and tools that inline finished HTML cost milliseconds a mail or
move Jinja's blocks about. So the *source* is changed, once, class by class: exact and free.
"""

import re
from collections.abc import Callable
from typing import Any

from jinja2 import BaseLoader, Environment, TemplateNotFound

STYLESHEET = "mail/_base/inline.css"

_RULE = re.compile(r"\.([\w-]+)\s*\{([^}]*)\}")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_CLASS = re.compile(r'class="([^"{}]*)"')


def read_rules(css: str) -> dict[str, str]:
    """Return the declarations of each class; only single-class rules may stand in the sheet."""
    plain = _COMMENT.sub("", css).replace('"', "'")  # it comes to stand between double quotes
    return {name: " ".join(body.split()).rstrip(";") for name, body in _RULE.findall(plain)}


def inline(source: str, rules: dict[str, str]) -> str:
    """Give each element with classes the style of those that the sheet knows.

    Classes stay where they are, for the dark colours that only a stylesheet can name.
    """

    def styled(match: re.Match[str]) -> str:
        style = "; ".join(rules[name] for name in match[1].split() if name in rules)
        return f'{match[0]} style="{style}"' if style else match[0]

    return _CLASS.sub(styled, source)


class InliningLoader(BaseLoader):
    """Loads as another loader does, and inlines in the HTML of mail."""

    def __init__(self, loader: BaseLoader) -> None:
        self._loader = loader

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        """Return the source, its file and whether it is up to date, as Jinja wants them."""
        source, file, is_fresh = self._loader.get_source(environment, template)
        if template.startswith("mail/") and template.endswith(".html"):
            source = inline(source, self._rules(environment))
        return source, file, is_fresh

    def _rules(self, environment: Environment) -> dict[str, str]:
        try:
            return read_rules(self._loader.get_source(environment, STYLESHEET)[0])
        except TemplateNotFound:
            return {}

    def list_templates(self) -> list[Any]:
        """Return the names of all templates."""
        return self._loader.list_templates()
