"""What a field and what stands behind it make together: a leaf of a search (pure).

Every error points at the column of what it is about.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from difflib import get_close_matches
from typing import NamedTuple, NoReturn

from lark import Token

from tidings.errors import QueryError
from tidings.projects.models import ChangeKind, Severity
from tidings.rendering.speech import Sayable
from tidings.searches.fields import at, did_you_mean, known_field, quoted
from tidings.searches.measures import Span, read_span
from tidings.searches.places import KM_OF_MILE, find_place, place_key, places_like
from tidings.searches.query import (
    And,
    Comparison,
    DateField,
    Near,
    NumberField,
    Operator,
    Query,
    TextField,
    Value,
    ValueField,
)
from tidings.searches.states import REGIONS, state_code
from tidings.searches.textterms import text_leaf

MAX_MILES = 500
KINDS = tuple(kind.value for kind in ChangeKind if kind is not ChangeKind.COSMETIC)
SEVERITIES = tuple(one.value for one in Severity if one is not Severity.QUIET)

_SHAPES = {
    ValueField.ACTIVITY: re.compile(r"[A-Z0-9]{3}"),
    ValueField.IC: re.compile(r"[A-Z0-9]{2,8}"),
    ValueField.PROJECT: re.compile(r"[A-Z0-9-]{6,30}"),
}
_WANTED = {
    ValueField.STATE: Sayable("a state, such as AZ or Arizona"),
    ValueField.IC: Sayable("an institute by its short name, such as NCI"),
    ValueField.ACTIVITY: Sayable("a code of three characters, such as R01"),
    ValueField.PROJECT: Sayable("a number, such as CA286969 or R01CA286969"),
    ValueField.CHANGE: Sayable("a kind of change, such as end_cut"),
    ValueField.SEVERITY: Sayable("critical, notable or info"),
}


class Compared(NamedTuple):
    """A comparison whose field stands before a list of them: the ``>=`` and the ``2024``."""

    operator: Token
    token: Token


def leaf_of(field: Token, token: Token) -> Query:
    """Return the query of ``field:value``."""
    name = known_field(field)
    if isinstance(name, TextField):
        return text_leaf(name, token)
    if isinstance(name, ValueField):
        return Value(name, _value(name, token))
    return _ranged(name, token)


def compared(field: Token, comparison: Compared) -> Query:
    """Return the query of ``field>=value``."""
    name, (operator, token) = known_field(field), comparison
    if isinstance(name, TextField | ValueField):
        message = Sayable("{field} is not a number: write {field}:value.", field=name)
        raise QueryError(message, column=at(operator))
    return _between(name, str(operator), read_span(name, token.strip('"'), column=at(token)))


def near(place: Token, distance: Token) -> Near:
    """Return the leaf of ``near:"Scottsdale, AZ" within 50mi``."""
    typed = place.strip('"').strip()
    key = place_key(typed)
    if key is None or find_place(key) is None:
        _no_place(typed, column=at(place))
    number = re.match(r"[0-9.]+", distance)
    try:
        away = Decimal(number[0] if number else "")
    except ArithmeticError:
        message = Sayable("Write a distance such as 50mi.")
        raise QueryError(message, column=at(distance)) from None
    miles = round(away / Decimal(str(KM_OF_MILE))) if "k" in distance.lower() else round(away)
    if away <= 0 or miles > MAX_MILES:
        message = Sayable("A distance is 1 to {miles} miles (800 km).", miles=MAX_MILES)
        raise QueryError(message, column=at(distance))
    return Near(key, max(miles, 1))


def _no_place(typed: str, *, column: int) -> NoReturn:
    like = places_like(typed)
    if like:
        hint = did_you_mean(*(f"“{one.title()[:-2]}{one[-2:]}”" for one in like))
    elif place_key(typed) is None:
        hint = Sayable("write a town and its state, such as “Scottsdale, AZ”.")
    else:
        hint = Sayable("write a town or city near it, and the state.")
    message = Sayable("We do not know the place {place}: {hint}", place=quoted(typed), hint=hint)
    raise QueryError(message, column=column)


def _value(name: ValueField, token: Token) -> str:
    value = token.strip('"').strip()
    if not value or "*" in value:
        message = Sayable(
            "{field} needs a whole value: {wanted}.", field=name, wanted=_WANTED[name]
        )
        raise QueryError(message, column=at(token))
    match name:
        case ValueField.CHANGE:
            return _one_of(KINDS, value.lower().replace(" ", "_"), NO_KIND, token)
        case ValueField.SEVERITY:
            return _one_of(SEVERITIES, value.lower(), NO_SEVERITY, token)
        case ValueField.STATE:
            return state_code(value) or _no_state(value, token)
        case _:
            found = "".join(value.split()).upper()
    if not _SHAPES[name].fullmatch(found):
        message = Sayable("{typed} is not {wanted}.", typed=quoted(value), wanted=_WANTED[name])
        raise QueryError(message, column=at(token))
    return found


def _no_state(value: str, token: Token) -> NoReturn:
    near = get_close_matches(value.title(), REGIONS.values())
    wanted = Sayable("write {wanted}.", wanted=_WANTED[ValueField.STATE])
    hint = did_you_mean(str(near[0])) if near else wanted
    message = Sayable("There is no state {state}: {hint}", state=quoted(token), hint=hint)
    raise QueryError(message, column=at(token))


NO_KIND = Sayable("There is no kind of change {typed}: {hint}")
NO_SEVERITY = Sayable("There is no severity {typed}: {hint}")


def _one_of(known: Sequence[str], value: str, message: str, token: Token) -> str:
    if value in known:
        return value
    near = [name for name in known if name.startswith(value)] or get_close_matches(value, known)
    hint = did_you_mean(near[0]) if near else Sayable("there are {names}.", names=", ".join(known))
    said = Sayable(message, typed=quoted(token.strip('"')), hint=hint)
    raise QueryError(said, column=at(token))


def _ranged(name: NumberField | DateField, token: Token) -> Query:
    text = token.strip('"')
    before, dots, after = text.partition("..")
    if not dots:
        return _between(name, "=", read_span(name, text, column=at(token)))
    first = read_span(name, before, column=at(token)) if before else None
    last = read_span(name, after, column=at(token) + len(before) + 2) if after else None
    if first and last and first.first > last.last:
        message = Sayable(
            "This range runs backwards: {first} is after {last}.", first=before, last=after
        )
        raise QueryError(message, column=at(token))
    parts: list[Query] = []
    if first:
        parts.append(Comparison(name, ">=", first.first))
    if last:
        parts.append(Comparison(name, "<=", last.last))
    if not parts:
        message = Sayable("A range has a beginning or an end: 2020..2024.")
        raise QueryError(message, column=at(token))
    return And(tuple(parts)) if len(parts) > 1 else parts[0]


def _between(name: NumberField | DateField, operator: str, span: Span) -> Query:
    """Return the comparison with a span of numbers: ``<2026`` is before its first day."""
    if operator == "=" and span.first != span.last:
        return And((Comparison(name, ">=", span.first), Comparison(name, "<=", span.last)))
    known: Operator = operator  # pyright: ignore[reportAssignmentType] - the grammar gives no other
    return Comparison(name, known, span.first if operator in ("=", "<", ">=") else span.last)
