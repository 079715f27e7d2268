"""Kinds of value that a criterion takes, read as leniently as RePORTER reads them (pure).

What a refusal says is known for a single value in the place of an array; the others are written
after what the same library is known to say.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, cast

STRINGS = "System.String[]"
NUMBERS = "System.Int32[]"
BOOLEAN = "System.Boolean"
OBJECT = "System.Object"
OBJECTS = "System.Object[]"
DAYS, AMOUNTS, TEXT_SEARCH, CATEGORIES = "days", "amounts", "text search", "categories"
"""The first name is known from an answer, those like it are guessed; the last four are ours."""


class WrongValue(Exception):  # noqa: N818 - what was sent, not an error of ours
    """A value that cannot be meant, with the path to it inside of its criterion."""

    def __init__(self, words: str, *path: str) -> None:
        super().__init__(words)
        self.path = path


def _converted(value: Any, kind: str) -> WrongValue:
    shown = f'"{value}"' if isinstance(value, str) else str(value)
    return WrongValue(f"Error converting value {shown} to type '{kind}'.")


def _strings(value: Any) -> list[str]:
    return [str(item) for item in _list(value, STRINGS) if isinstance(item, str | int)]


def _numbers(value: Any) -> list[int]:
    try:
        return [int(item) for item in _list(value, NUMBERS)]
    except (TypeError, ValueError) as error:
        raise _converted(value, NUMBERS) from error


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    known = {"true": True, "false": False, "": False}
    if (text := str(value).strip().lower()) not in known:
        raise _converted(value, BOOLEAN)
    return known[text]


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _converted(value, OBJECT)
    return cast("dict[str, Any]", value)


def _objects(value: Any) -> list[dict[str, Any]]:
    items = _list(value, OBJECTS)
    if not all(isinstance(item, dict) for item in items):
        raise _converted(value, OBJECTS)
    return items


def _list(value: Any, kind: str) -> list[Any]:
    if not isinstance(value, list):
        raise _converted(value, kind)
    return cast("list[Any]", value)


def _text_search(value: Any) -> dict[str, str]:
    asked = _object(value)
    return {name: _text(asked.get(name), name) for name in TEXT_PARTS}


TEXT_PARTS = ("operator", "search_field", "search_text")


def _text(value: Any, name: str) -> str:
    if isinstance(value, list | dict):
        mark = "[" if isinstance(value, list) else "{"
        raise WrongValue(f"Unexpected character encountered while parsing value: {mark}.", name)
    return "" if value is None else str(value)


def _days(value: Any) -> dict[str, date | None]:
    asked = _object(value)
    return {name: _day(asked.get(name), name) for name in ("from_date", "to_date")}


def _day(value: Any, name: str) -> date | None:
    """Read a day as clients write it: ISO, with a time or not, or ``MM/DD/YYYY``."""
    plain = str(value or "").strip()
    if not plain:
        return None
    try:
        if "/" in plain:
            return datetime.strptime(plain, "%m/%d/%Y").date()  # noqa: DTZ007 - a day has no zone
        return date.fromisoformat(plain[:10])
    except ValueError as error:
        raise WrongValue(f"Could not convert string to DateTime: {plain}.", name) from error


def _amounts(value: Any) -> dict[str, int | None]:
    asked = _object(value)
    return {name: _amount(asked.get(name), name) for name in ("min_amount", "max_amount")}


def _amount(value: Any, name: str) -> int | None:
    if value in (None, ""):
        return None
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise WrongValue(f"Could not convert string to integer: {value}.", name) from error


def _categories(value: Any) -> dict[str, Any]:
    asked = _object(value)
    try:
        return {
            "values": _numbers(asked.get("values") or []),
            "match_all": _boolean(asked.get("match_all") or False),
        }
    except WrongValue as error:
        name = "values" if NUMBERS in str(error) else "match_all"
        raise WrongValue(str(error), name) from error


READERS: Mapping[str, Callable[[Any], Any]] = {
    STRINGS: _strings,
    NUMBERS: _numbers,
    BOOLEAN: _boolean,
    OBJECT: _object,
    OBJECTS: _objects,
    DAYS: _days,
    AMOUNTS: _amounts,
    TEXT_SEARCH: _text_search,
    CATEGORIES: _categories,
}
