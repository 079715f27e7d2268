"""What a sweep asks for: the scope as parts, each small enough to be paged to its end (pure)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import TypeVar

from tidings.reporter.criteria import Criteria, DateRange
from tidings.reporter.paging import LAST_OFFSET, PAGE

LARGEST = 9_500
"""Records in one partition: well below what paging can reach, since partitions grow."""

REACHABLE = LAST_OFFSET + PAGE
"""Records that paging can reach at all."""

EARLIEST = date(2011, 1, 1)
"""RePORTER's first date of addition; the first range is open towards the past all the same."""

APPL_ID_BATCH = 200
PROJECT_NUM_BATCH = 50
"""A project number brings all its awards, about ten."""

Item = TypeVar("Item")


@dataclass(frozen=True)
class Part:
    """One part of a scope, by name."""

    name: str
    criteria: Criteria


def fiscal_year(day: date) -> int:
    """Return the federal fiscal year of a day; it begins on the first of October before."""
    return day.year + (day.month >= 10)


def scope_parts(
    *, years: int, active: bool, agencies: Sequence[str], states: Sequence[str], today: date
) -> tuple[Part, ...]:
    """Return what is watched: the last ``years`` fiscal years, and all that is active."""
    last = fiscal_year(today)
    criteria = Criteria(
        fiscal_years=tuple(range(last - years + 1, last + 1)),
        include_active_projects=active,
        agencies=tuple(agency.strip().upper() for agency in agencies),
        org_states=tuple(state.strip().upper() for state in states),
    )
    return (Part("scope", criteria),)


def followed_parts(
    *, appl_ids: Iterable[int] = (), project_nums: Iterable[str] = ()
) -> tuple[Part, ...]:
    """Return parts for what is followed but lies outside the scope, in batches."""
    records = [
        Part(f"appl_ids-{number}", Criteria(appl_ids=batch))
        for number, batch in enumerate(_batches(sorted(set(appl_ids)), APPL_ID_BATCH), start=1)
    ]
    projects = [
        Part(f"project_nums-{number}", Criteria(project_nums=batch))
        for number, batch in enumerate(
            _batches(sorted(set(project_nums)), PROJECT_NUM_BATCH), start=1
        )
    ]
    return (*records, *projects)


def halves(criteria: Criteria, *, today: date) -> tuple[Criteria, Criteria] | None:
    """Cut criteria in two by the day of addition; None for what is a single day already.

    The halves share no record, and together have all that have such a day; they are open to both
    sides where the whole is.
    """
    span = criteria.date_added or DateRange.model_construct()
    first = span.from_date or EARLIEST
    last = span.to_date or max(today, first)
    if first >= last:
        return None
    middle = first + (last - first) // 2
    lower = DateRange(from_date=span.from_date, to_date=middle)
    upper = DateRange(from_date=middle + timedelta(days=1), to_date=span.to_date)
    return (
        criteria.model_copy(update={"date_added": lower}),
        criteria.model_copy(update={"date_added": upper}),
    )


def _batches(items: Sequence[Item], size: int) -> Iterator[tuple[Item, ...]]:
    rest = iter(items)
    while batch := tuple(islice(rest, size)):
        yield batch
