"""A language: its words, and how it writes days, money and numbers (pure once read).

The texts of the code and the templates are English and stand for themselves. The other languages
are in ``templates/locale/<language>/*.po``, one file an area, and read when first asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from gettext import NullTranslations
from io import BytesIO

from babel import Locale
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


@dataclass(frozen=True)
class Speech:
    """One language, and all that is said in it."""

    language: str

    def say(self, text: str, /, **values: object) -> str:
        """Return ``text``, an English msgid, in this language, with ``{name}`` filled in."""
        said = translations(self.language).gettext(text)
        return said.format(**values) if values else said

    def count(self, number: int, one: str, many: str, /, **values: object) -> str:
        """Return ``one`` or ``many`` as the number asks, with ``{n}`` as that number."""
        said = translations(self.language).ngettext(one, many, number)
        return said.format(n=self.number(number), **values)

    def number(self, value: float) -> str:
        """Write a number with its thousands apart: 1,481."""
        return format_decimal(value, locale=self.language)

    def money(self, value: float | None) -> str:
        """Write US dollars as $1,234,567; nothing for no amount."""
        if value is None:
            return ""
        return format_currency(
            value, "USD", "¤#,##0", _money_locale(self.language), currency_digits=False
        )

    def day(self, value: date | datetime | str | None) -> str:
        """Write a day as 31 Jul 2027; nothing for no day."""
        if not value:
            return ""
        on = date.fromisoformat(value[:10]) if isinstance(value, str) else value
        return format_date(on, "d MMM y", locale=self.language)

    def short_day(self, value: date | datetime | None) -> str:
        """Write a day as 31 Jul; nothing for no day."""
        return format_date(value, "d MMM", locale=self.language) if value else ""

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
        return format_list(list(items), locale=_list_locale(self.language))


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


@cache
def locale_of(language: str) -> Locale:
    """Return what Babel knows of a language."""
    return Locale.parse(language)


def _money_locale(language: str) -> str:
    return {"es": "es_US"}.get(language, "en_US")  # $ before the number, as in US Spanish


def _list_locale(language: str) -> str:
    return {"en": "en_GB"}.get(language, language)  # a, b and c: no comma before the last
