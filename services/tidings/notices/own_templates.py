"""Try an operator's own templates of mails with every sample."""

from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment

from tidings.errors import RejectedError
from tidings.notices.samples import SITE, sample_letters
from tidings.rendering.environment import environment
from tidings.rendering.lint import WAY_OUT, Finding, lint
from tidings.rendering.mail import render
from tidings.rendering.message import Rendered
from tidings.rendering.overrides import Overrides, folder_state
from tidings.rendering.speech import LANGUAGES, speech_of


class Tried(NamedTuple):
    """One sample in one language: why it cannot be used (empty if it can), and what is poor in it.

    ``differs``: it is not as it comes with Tidings.
    """

    mail: str
    language: str
    refused: str
    differs: bool = False
    found: tuple[Finding, ...] = ()


def try_all(folder: Path) -> Iterator[Tried]:
    """Render every sample in every language with the templates in a folder, as mails are."""
    overrides = Overrides(folder, site_url=SITE)
    try:
        for language in LANGUAGES:
            for name, letter in sample_letters(language).items():
                ours = render(_ours(language), name, letter)
                yield _try(overrides, name, language, letter, ours)
    finally:
        overrides.close()


def refused(folder: Path) -> tuple[Tried, ...]:
    """Return what cannot be used of the templates in a folder, tried once for each state of it."""
    return _refused(folder, folder_state(folder))


@lru_cache(maxsize=2)
def _refused(folder: Path, state: str) -> tuple[Tried, ...]:
    return tuple(one for one in try_all(folder) if one.refused) if state else ()


def _try(overrides: Overrides, name: str, language: str, letter: object, ours: Rendered) -> Tried:
    try:
        mail = overrides.attempt(name, language, letter, ours)
    except RejectedError as error:
        return Tried(name, language, str(error))
    has_way_out = WAY_OUT in ours.html
    found = tuple(lint(mail, site_url=SITE, has_way_out=has_way_out))
    return Tried(name, language, "", mail != ours, found)


@cache
def _ours(language: str) -> Environment:
    return environment(speech=speech_of(language))
