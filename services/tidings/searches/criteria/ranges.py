"""What RePORTER's ranges and its list of fiscal years can say of a search (pure).

What is said here never finds less than the search does: a record without a number fits neither.
"""

from datetime import date
from typing import Any

from tidings.searches.query import (
    And,
    Comparison,
    DateField,
    Not,
    NumberField,
    Or,
    Query,
    leaves,
)

FIRST_YEAR = 1985
"""The oldest fiscal year that RePORTER's records and files reach back to."""

YEARS = "fiscal_years"
RANGES = {
    NumberField.AMOUNT: "award_amount_range",
    DateField.START: "project_start_date",
    DateField.END: "project_end_date",
}
"""The criterion of each field that is compared as a number, but for the years, which are listed."""

FAR = 2**60
_LAST_DAY = date.max.toordinal()

Interval = tuple[int | None, int | None]
"""The lowest and the highest number, both counted; None leaves an end open."""


def years_of(query: Query, *, last: int) -> tuple[int, ...] | None:
    """Return the fiscal years, until ``last``, that a record may have for the query to hold.

    None when that is every year, or when no year may. Asked for years to come, it names one.
    """
    mentioned = [
        leaf.number
        for leaf in leaves(query)
        if isinstance(leaf, Comparison) and leaf.field is NumberField.FY
    ]
    if not mentioned:
        return None
    known = [year for year in range(FIRST_YEAR, last + 1) if _may_hold(query, year)]
    others = {near for year in mentioned for near in (year - 1, year, year + 1)}
    found = known or [year for year in sorted(others) if _may_hold(query, year)][:1]
    is_every = len(known) == last + 1 - FIRST_YEAR
    return tuple(found) if found and not is_every and 1900 <= found[0] <= 2200 else None


def _may_hold(query: Query, year: int, *, unknown: bool = True) -> bool:
    """Say whether the query may hold in a year; what is not about years counts as ``unknown``."""
    match query:
        case And(parts):
            return all(_may_hold(part, year, unknown=unknown) for part in parts)
        case Or(parts):
            return any(_may_hold(part, year, unknown=unknown) for part in parts)
        case Not(part):
            return not _may_hold(part, year, unknown=not unknown)
        case Comparison(NumberField.FY):
            low, high = _interval(query)
            return (low is None or low <= year) and (high is None or year <= high)
        case _:
            return unknown


def interval_of(query: Query, field: NumberField | DateField) -> Interval | None:
    """Return the numbers from lowest to highest that a record may have; None for any, or none."""
    match query:
        case And(parts):
            found = [one for part in parts if (one := interval_of(part, field)) is not None]
            lows = [low for low, _ in found if low is not None]
            highs = [high for _, high in found if high is not None]
            return _bounded(max(lows, default=None), min(highs, default=None))
        case Or(parts):
            each = [interval_of(part, field) for part in parts]
            spans = [one for one in each if one is not None]
            return _hull(spans) if len(spans) == len(each) else None
        case Comparison(found, _, _) if found is field:
            return _bounded(*_interval(query))
        case _:
            return None


def _interval(leaf: Comparison) -> Interval:
    number = leaf.number
    match leaf.operator:
        case "=":
            return number, number
        case "<":
            return None, number - 1
        case "<=":
            return None, number
        case ">":
            return number + 1, None
        case ">=":
            return number, None


def _hull(spans: list[Interval]) -> Interval | None:
    lows = [low for low, _ in spans]
    highs = [high for _, high in spans]
    return _bounded(
        None if None in lows else min(low for low in lows if low is not None),
        None if None in highs else max(high for high in highs if high is not None),
    )


def _bounded(low: int | None, high: int | None) -> Interval | None:
    is_open = low is None and high is None
    return None if is_open or (low or 0) > (high if high is not None else FAR) else (low, high)


def range_query(field: NumberField | DateField, interval: Interval) -> Query:
    """Return an interval as a query."""
    low, high = interval
    ends = [] if low is None else [Comparison(field, ">=", low)]
    ends += [] if high is None else [Comparison(field, "<=", high)]
    return And(tuple(ends)) if len(ends) > 1 else ends[0]


def range_value(field: NumberField | DateField, interval: Interval) -> dict[str, Any] | None:
    """Return an interval as RePORTER's criterion writes it; None where it can say nothing."""
    low, high = interval
    if field is NumberField.AMOUNT:
        span = {"min_amount": low, "max_amount": high}
        return None if high is not None and high < 0 else _said(span)
    days = {"from_date": _day(low), "to_date": _day(high)}
    is_possible = all(number is None or 0 < number <= _LAST_DAY for number in interval)
    return _said(days) if is_possible else None


def _day(number: int | None) -> date | None:
    is_day = number is not None and 0 < number <= _LAST_DAY
    return date.fromordinal(number) if is_day and number is not None else None


def _said(span: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in span.items() if value is not None}
