"""The one Jinja environment, for mail and pages alike."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, StrictUndefined

from tidings.rendering.filters import FILTERS
from tidings.rendering.inlining import InliningLoader


@cache
def templates_folder() -> Path:
    """Return the templates: inside the package when installed, at the top of a checkout else."""
    packaged = Path(str(files("tidings"))) / "templates"
    if packaged.is_dir():
        return packaged
    for folder in Path(__file__).resolve().parents:
        if (folder / "pyproject.toml").exists():
            return folder / "templates"
    raise FileNotFoundError("the templates are neither in the package nor in a checkout")


def environment(
    overrides: Path | None = None, *, extra: Mapping[str, Any] | None = None
) -> Environment:
    """Return an environment; templates in ``overrides`` come before ours.

    An undefined name is an error, HTML is escaped, and in mail the classes of the stylesheet
    become inline style when a template is loaded. ``extra`` holds names for every template.
    """
    folders = [*([overrides] if overrides else []), templates_folder()]
    loader: BaseLoader = ChoiceLoader([FileSystemLoader(folder) for folder in folders])
    made = Environment(
        loader=InliningLoader(loader),
        autoescape=_is_html,  # noqa: S701 - all but .txt is escaped
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(FILTERS)
    made.globals.update(extra or {})
    return made


def _is_html(name: str | None) -> bool:
    return name is None or not name.endswith(".txt")
