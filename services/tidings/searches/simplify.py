"""A query without what makes no difference: nesting, order, doubles, what follows anyway (pure).

NOT stands only before leaves, AND holds no AND and OR no OR, parts stand in the order of their
texts, the bounds of a field are one lower and one upper, and a part that another makes needless is
gone: ``x AND (x OR y)`` is ``x``.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from tidings.searches.query import (
    And,
    Comparison,
    DateField,
    Not,
    NumberField,
    Operator,
    Or,
    Query,
)
from tidings.searches.writing import written

_DAYS = (1, date.max.toordinal())
BOUNDS = {
    NumberField.FY: (1000, 9999),
    NumberField.AMOUNT: (0, 2**53),
    DateField.START: _DAYS,
    DateField.END: _DAYS,
}
"""The least and the largest number of a field that the language can write."""


def simplified(query: Query) -> Query:
    """Return a query that finds the same, and is the same for many that do."""
    return _tidy(_inwards(query, negated=False))


def _inwards(query: Query, *, negated: bool) -> Query:
    """Move NOT down to the leaves: what is not both is not one or not the other."""
    match query:
        case Not(part):
            return _inwards(part, negated=not negated)
        case And(parts) | Or(parts):
            kind = And if isinstance(query, And) is not negated else Or
            return kind(tuple(_inwards(part, negated=negated) for part in parts))
        case Comparison():
            leaf = _rounded(query)
        case _:
            leaf = query
    return Not(leaf) if negated else leaf


def _tidy(query: Query) -> Query:
    match query:
        case And(parts) | Or(parts):
            kind = type(query)
            flat = [
                inner
                for part in map(_tidy, parts)
                for inner in (part.parts if isinstance(part, kind) else (part,))
            ]
            texts = {written(part): part for part in _bounded(flat, is_and=kind is And)}
            ordered = [texts[text] for text in sorted(texts)]
            left = _needed(ordered) if len(ordered) > 1 else ordered
            return left[0] if len(left) == 1 else kind(tuple(left))
        case _:
            return query


def _needed(parts: Sequence[Query]) -> list[Query]:
    """Leave out each part that follows from another, because it only adds alternatives to it."""
    sets = [frozenset(map(written, _joined(part))) for part in parts]
    return [
        part
        for part, own in zip(parts, sets, strict=True)
        if not any(other < own for other in sets)
    ]


def _joined(part: Query) -> tuple[Query, ...]:
    return part.parts if isinstance(part, And | Or) else (part,)


def _bounded(parts: Iterable[Query], *, is_and: bool) -> list[Query]:
    """Make one lower and one upper bound of each field of all that a join has of it."""
    others: list[Query] = []
    lows: dict[NumberField | DateField, list[int]] = {}
    highs: dict[NumberField | DateField, list[int]] = {}
    for part in parts:
        if not isinstance(part, Comparison) or (part.operator == "=" and not is_and):
            others.append(part)
            continue
        if part.operator in ("=", ">", ">="):
            lows.setdefault(part.field, []).append(part.number + (part.operator == ">"))
        if part.operator in ("=", "<", "<="):
            highs.setdefault(part.field, []).append(part.number - (part.operator == "<"))
    least, most = (max, min) if is_and else (min, max)
    for field in {**lows, **highs}:
        low = least(lows[field]) if field in lows else None
        high = most(highs[field]) if field in highs else None
        others += _bounds(field, low, high, is_and=is_and)
    return others


def _bounds(
    field: NumberField | DateField, low: int | None, high: int | None, *, is_and: bool
) -> list[Comparison]:
    if is_and and low is not None and low == high:
        return [Comparison(field, "=", low)]
    found: list[Comparison] = []
    if low is not None:
        found.append(_at_least(field, low))
    if high is not None:
        found.append(_at_most(field, high))
    return found


def _rounded(leaf: Comparison) -> Comparison:
    match leaf:
        case Comparison(field, ">" | ">=" as operator, number):
            return _at_least(field, number + (operator == ">"))
        case Comparison(field, "<" | "<=" as operator, number):
            return _at_most(field, number - (operator == "<"))
        case _:
            return leaf


def _at_least(field: NumberField | DateField, low: int) -> Comparison:
    """Return the rounder of ``>=250001`` and ``>250000``, which say the same."""
    operator: Operator = ">" if _is_rounder(field, low - 1, low) else ">="
    return Comparison(field, operator, low - (operator == ">"))


def _at_most(field: NumberField | DateField, high: int) -> Comparison:
    operator: Operator = "<" if _is_rounder(field, high + 1, high) else "<="
    return Comparison(field, operator, high + (operator == "<"))


def _is_rounder(field: NumberField | DateField, one: int, other: int) -> bool:
    least, largest = BOUNDS[field]
    if not least <= one <= largest or not least <= other <= largest:
        return not least <= other <= largest
    return field is NumberField.AMOUNT and _zeros(one) > _zeros(other)


def _zeros(number: int) -> int:
    return 99 if number == 0 else len(str(number)) - len(str(number).rstrip("0"))
