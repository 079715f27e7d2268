"""Every sample mail in every language, rendered, with a token where a reader's own belongs."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from jinja2 import Environment

from tidings.notices.plain_letters import Letter
from tidings.notices.samples import sample_letters, sample_variants
from tidings.rendering.environment import environment
from tidings.rendering.mail import render
from tidings.rendering.message import Rendered
from tidings.rendering.slots import SLOT
from tidings.rendering.speech import LANGUAGES, speech_of

TOKEN = "sample-token-of-a-reader-with-the-length-it-has"


@dataclass(frozen=True)
class Sample:
    """One sample: its own name, that of its templates, its language and what it says."""

    name: str
    mail: str
    language: str
    letter: Letter

    def __str__(self) -> str:
        """Name the golden files."""
        return f"{self.name}.{self.language}"

    def rendered(self) -> Rendered:
        """Return the mail as its reader sees it."""
        return filled(render(templates(self.language), self.mail, self.letter))


def filled(mail: Rendered) -> Rendered:
    """Return a mail with the token in each slot."""
    return replace(mail, text=mail.text.replace(SLOT, TOKEN), html=mail.html.replace(SLOT, TOKEN))


@cache
def templates(language: str) -> Environment:
    """Return the templates of a language."""
    return environment(speech=speech_of(language))


def _samples() -> Iterator[Sample]:
    for language in LANGUAGES:
        for name, letter in sample_letters(language).items():
            yield Sample(name, name, language, letter)
        for name, (mail, letter) in sample_variants(language).items():
            yield Sample(name, mail, language, letter)


SAMPLES = tuple(_samples())
