"""A language: its words, and how it writes days, money and numbers (pure once read).

The texts of the code and the templates are English and stand for themselves. The other languages
are in ``templates/locale/<language>/*.po``, one file an area, and read when first asked for.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from gettext import NullTranslations
from io import BytesIO
from typing import Literal, Self, cast

from babel.dates import format_date, format_datetime, format_skeleton
from babel.lists import format_list
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal
from babel.support import Translations

from tidings.rendering.folder import templates_folder

SOURCE_LANGUAGE = "en"
LANGUAGES = {"en": "English", "es": "Español"}
"""The languages that everything readers see exists in, by their own names."""

REMEMBERED = 4096
"""Days, amounts and counts whose words are kept: Babel takes 20 µs for each, a digest has many."""


@dataclass(frozen=True)
class Speech:
    """One language, and all that is said in it."""

    language: str

    def say(self, text: str, /, **values: object) -> str:
        """Return ``text``, an English msgid, in this language, with ``{name}`` filled in.

        A ``Sayable`` brings its own values.
        """
        if isinstance(text, Sayable):
            return text.said_in(self)
        said = translations(self.language).gettext(text) if text else ""  # "" is the file's head
        return said.format(**values) if values else said

    def count(self, number: int, one: str, many: str, /, **values: object) -> str:
        """Return ``one`` or ``many`` as the number asks, with ``{n}`` as that number."""
        said = translations(self.language).ngettext(one, many, number)
        return said.format(n=self.number(number), **values)

    def number(self, value: float) -> str:
        """Write a number with its thousands apart: 1,481."""
        return _number(value, self.language)

    def money(self, value: float | None) -> str:
        """Write US dollars as $1,234,567; nothing for no amount."""
        if value is None:
            return ""
        return _money(value, self.language)

    def day(self, value: date | datetime | str | None) -> str:
        """Write a day as 31 Jul 2027; nothing for no day."""
        if not value:
            return ""
        on = date.fromisoformat(value[:10]) if isinstance(value, str) else value
        return _date(_bare(on), "d MMM y", self.language)

    def short_day(self, value: date | datetime | None) -> str:
        """Write a day as 31 Jul; nothing for no day."""
        return _date(_bare(value), "d MMM", self.language) if value else ""

    def month(self, value: date | datetime) -> str:
        """Write a month as July 2027."""
        return format_skeleton("yMMMM", value, locale=self.language)

    def moment(self, value: datetime | None) -> str:
        """Write an instant as 31 Jul 2027, 14:05 UTC; nothing for none."""
        if value is None:
            return ""
        return f"{format_datetime(value, 'd MMM y, HH:mm', locale=self.language)} UTC"

    def listed(self, items: Sequence[str]) -> str:
        """Write several as one: a, b and c."""
        return self._joined(items, "standard")

    def either(self, items: Sequence[str]) -> str:
        """Write several of which one will do: a, b or c."""
        return self._joined(items, "or")

    def chained(self, items: Sequence[str], *, is_all: bool, divide: str = "") -> str:
        """Write several with the word between each two: a and b and c."""
        word = self.say("and") if is_all else self.say("or")
        first, *others = items
        return first + "".join(f"{divide} {self._sounding(word, one)} {one}" for one in others)

    def written(self, value: object) -> str:
        """Write a value as it stands in a sentence.

        A list is written whole (``a; b``), a tuple is several of which one will do (``a or b``).
        """
        match value:
            case Sayable():
                return value.said_in(self)
            case bool() | str():
                return str(value)
            case int() | float():
                return self.number(value)
            case date():
                return self.day(value)
            case list():
                whole = cast("list[object]", value)
                return "; ".join(self.written(one) for one in whole)
            case tuple():
                several = cast("tuple[object, ...]", value)
                return self.either([self.written(one) for one in several])
            case _:
                return str(value)

    def _joined(self, items: Sequence[str], style: Literal["standard", "or"]) -> str:
        listed = format_list(list(items), style=style, locale=_list_locale(self.language))
        if self.language != "es" or len(items) < 2:
            return listed
        last = items[-1]
        word = "y" if style == "standard" else "o"
        return f"{listed.removesuffix(f' {word} {last}')} {self._sounding(word, last)} {last}"

    def _sounding(self, word: str, before: str) -> str:
        """Return y as e and o as u where Spanish wants it: Arizona e Illinois, Utah u Ohio."""
        sound, instead = {"y": ("i", "e"), "o": ("o", "u")}.get(word, ("", ""))
        is_same = sound and re.match(rf"\W*h?{sound}(?![ae])", before, re.IGNORECASE)
        return instead if is_same else word


class Sayable(str):
    """An English text that knows what it is made of, so that every language can say it.

    It is the English text wherever a string will do: in logs, on the command line, in an error.
    ``Speech.say`` says it to a reader, with its values as that language writes them: numbers, days,
    other texts, and several of each (see ``Speech.written``). A number without thousands, as of a
    year, is passed as a string.
    """

    __slots__ = ("forms", "number", "values")

    forms: tuple[str, ...]
    number: int
    values: Mapping[str, object]

    def __new__(cls, text: str, /, **values: object) -> Self:
        """Make a text of an English msgid, or of one that has no values yet."""
        return cls._made((str(text),), 0, values)

    @classmethod
    def counted(cls, number: int, one: str, many: str, /, **values: object) -> Self:
        """Make a text of ``one`` or ``many`` msgid as the number asks; ``{n}`` is that number."""
        return cls._made((one, many), number, values)

    @classmethod
    def _made(cls, forms: tuple[str, ...], number: int, values: Mapping[str, object]) -> Self:
        made = super().__new__(cls, _said(ENGLISH, forms, number, values))
        made.forms, made.number, made.values = forms, number, values
        return made

    def said_in(self, speech: Speech) -> str:
        """Return the text in a language."""
        return _said(speech, self.forms, self.number, self.values)


def _said(speech: Speech, forms: tuple[str, ...], number: int, values: Mapping[str, object]) -> str:
    written = {name: speech.written(value) for name, value in values.items()}
    if len(forms) == 1:
        return speech.say(forms[0], **written)
    one, many = forms
    return speech.count(number, one, many, **written)


def speech_of(language: str) -> Speech:
    """Return the speech of a language; English for one that we do not speak."""
    return Speech(language if language in LANGUAGES else SOURCE_LANGUAGE)


ENGLISH = Speech(SOURCE_LANGUAGE)


@cache
def translations(language: str) -> NullTranslations:
    """Return the texts of a language; English ones are their own translation.

    Raises ValueError when two files of a language translate the same text differently.
    """
    if language == SOURCE_LANGUAGE:
        return NullTranslations()
    whole = Catalog(locale=language)
    for path in sorted((templates_folder() / "locale" / language).glob("*.po")):
        for message in read_po(BytesIO(path.read_bytes()), locale=language):
            if not message.id:
                continue
            known = whole.get(message.id, message.context)
            if known is not None and known.string != message.string:
                raise ValueError(f"{path.name} translates {message.id!r} in another way")
            whole.add(message.id, message.string, context=message.context)
    compiled = BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return Translations(compiled)


@lru_cache(maxsize=REMEMBERED)
def _number(value: float, language: str) -> str:
    return format_decimal(value, locale=_number_locale(language))


@lru_cache(maxsize=REMEMBERED)
def _money(value: float, language: str) -> str:
    return format_currency(value, "USD", "¤#,##0", _number_locale(language), currency_digits=False)


@lru_cache(maxsize=REMEMBERED)
def _date(value: date, pattern: str, language: str) -> str:
    return format_date(value, pattern, locale=language)


def _bare(value: date | datetime) -> date:
    """Return the day alone: two instants can be equal on different days, in different zones."""
    return value.date() if isinstance(value, datetime) else value


def _number_locale(language: str) -> str:
    return {"es": "es_US"}.get(language, "en_US")  # $1,481 as in US Spanish, not 1.481 $


def _list_locale(language: str) -> str:
    return {"en": "en_GB"}.get(language, language)  # a, b and c: no comma before the last
