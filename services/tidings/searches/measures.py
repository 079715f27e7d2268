"""Numbers and days as readers write them: ``$250,000``, ``1.5M``, ``2026``, ``2026-03`` (pure)."""

import re
from calendar import monthrange
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tidings.errors import QueryError
from tidings.rendering.speech import Sayable
from tidings.searches.query import DateField, NumberField

MAX_AMOUNT = 2**53
_AMOUNT = re.compile(r"\$?([0-9][0-9,]{0,24}(?:\.[0-9]{1,9})?)(k|mn?|bn?|)", re.IGNORECASE)
_TIMES = {"": 1, "k": 10**3, "m": 10**6, "mn": 10**6, "b": 10**9, "bn": 10**9}
_YEAR = re.compile(r"[1-9][0-9]{3}")
_DAY = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?")


class Span(NamedTuple):
    """All that a number or a day stands for: a month is its days. ``last`` is one of them."""

    first: int
    last: int


def read_span(field: NumberField | DateField, text: str, *, column: int) -> Span:
    """Return the numbers, or ordinals of days, that a text means for a field.

    Raises QueryError at ``column`` for a text that is none.
    """
    text = text.strip()
    if isinstance(field, DateField):
        return _days(field, text, column)
    number = _year(text) if field is NumberField.FY else _amount(text)
    if number is None:
        year, dollars = Sayable("a year such as 2026"), Sayable("dollars such as 250000")
        wanted = year if field is NumberField.FY else dollars
        message = Sayable("{field} is compared with {wanted}.", field=field, wanted=wanted)
        raise QueryError(message, column=column)
    return Span(number, number)


def _year(text: str) -> int | None:
    return int(text) if _YEAR.fullmatch(text) else None


def _amount(text: str) -> int | None:
    found = _AMOUNT.fullmatch(text)
    if found is None:
        return None
    dollars = Decimal(found[1].replace(",", "")) * _TIMES[found[2].lower()]
    return int(dollars) if dollars == int(dollars) and dollars <= MAX_AMOUNT else None


def _days(field: DateField, text: str, column: int) -> Span:
    found = _DAY.fullmatch(text)
    if found is None:
        message = Sayable(
            "{field} is compared with a day such as 2026-03-31, or with 2026-03 or 2026.",
            field=field,
        )
        raise QueryError(message, column=column)
    year, month, day = (int(part) if part else 0 for part in found.groups())
    try:
        first = date(year, month or 1, day or 1)
        last = first if day else date(year, month or 12, monthrange(year, month or 12)[1])
    except ValueError:
        raise QueryError(Sayable("There is no day {day}.", day=text), column=column) from None
    return Span(first.toordinal(), last.toordinal())
