"""The one Jinja environment, for mail and pages alike."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tidings.rendering.compiled import compiled
from tidings.rendering.filters import FILTERS, speaking
from tidings.rendering.folder import templates_folder
from tidings.rendering.inlining import InliningLoader
from tidings.rendering.once import once
from tidings.rendering.speech import ENGLISH, Speech, translations


def environment(
    overrides: Path | None = None,
    *,
    speech: Speech = ENGLISH,
    extra: Mapping[str, Any] | None = None,
) -> Environment:
    """Return an environment; templates in ``overrides`` come before ours, in Jinja's sandbox.

    An undefined name is an error, HTML is escaped, and in mail the classes of the stylesheet
    become inline style when a template is loaded. ``{% trans %}``, ``_()`` and the filters speak
    the language of ``speech``; ``once(macro, item)`` is ``macro(item)``, rendered once for all
    mails. ``extra`` holds names for every template.
    """
    folders = [*([overrides] if overrides else []), templates_folder()]
    loader: BaseLoader = ChoiceLoader([FileSystemLoader(folder) for folder in folders])
    kind = ImmutableSandboxedEnvironment if overrides else Environment
    made = kind(
        extensions=["jinja2.ext.i18n"],
        loader=InliningLoader(loader),
        autoescape=_is_html,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        bytecode_cache=None if overrides else compiled(speech.language),
    )
    made.filters.update(FILTERS | speaking(speech))
    names: dict[str, Any] = {"speech": speech, "once": once(), **(extra or {})}
    made.globals.update(names)
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_translations(  # type: ignore[attr-defined] - added by the extension
        translations(speech.language), newstyle=True
    )
    return made


def _is_html(name: str | None) -> bool:
    return name is None or not name.endswith(".txt")
