"""Whatever is said to readers is said in Spanish, too: all of it, and nothing else."""

import re
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from texts import ROOT, all_texts

from tidings.rendering.speech import LANGUAGES, SOURCE_LANGUAGE, translations

FILES = sorted((ROOT / "templates" / "locale").glob("*/*.po"))
PLACES = re.compile(r"\{\w+\}|%\(\w+\)s|%%|</?\w+")


def messages(path: Path) -> Iterator[Message]:
    catalogue = read_po(BytesIO(path.read_bytes()), locale=path.parent.name)
    return (one for one in catalogue if one.id)


def forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


@pytest.mark.parametrize("language", sorted(LANGUAGES.keys() - {SOURCE_LANGUAGE}))
def test_every_text_is_translated_and_every_translation_is_in_use(language: str) -> None:
    translated = {
        one.id if isinstance(one.id, str) else (one.id[0], one.id[1])
        for path in FILES
        if path.parent.name == language
        for one in messages(path)
    }
    assert {text: where for text, where in all_texts().items() if text not in translated} == {}
    assert translated - all_texts().keys() == set()
    assert translations(language)  # no two files translate a text differently


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_translation_has_the_values_and_the_tags_of_its_text(path: Path) -> None:
    for one in messages(path):
        assert not one.fuzzy, one.id
        first, last = forms(one.id)[0], forms(one.id)[-1]
        for said in forms(one.string):
            assert said.strip(), one.id
            places = sorted(PLACES.findall(said))
            assert places in (sorted(PLACES.findall(first)), sorted(PLACES.findall(last))), one.id
