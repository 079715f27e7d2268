"""How a reconcile cuts the scope: by place and institute, where a weekly sweep cuts by day (pure).

What one way of cutting hides from us the other shows: a record without a day of addition, a day
that was asked for wrongly, an edge between two pieces.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tidings.audits.places import COUNTRIES, HOME, INSTITUTES, STATES
from tidings.projects.itinerary import Piece, first_pieces
from tidings.reporter.criteria import Criteria
from tidings.reporter.scope import Part

MOST = 8_000
"""Records that a piece should have by what is stored: it may have grown, and is to be paged."""

_STATE = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True)
class Stock:
    """What is stored: how many awards by (state, institute), and the countries that are named."""

    counts: Mapping[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    countries: Collection[str] = ()


def pieces_by_place(parts: Sequence[Part], stock: Stock) -> tuple[Piece, ...]:
    """Return what a reconcile of ``parts`` begins with.

    A part that asks by number is asked as it is. Any other is asked by states, what lies abroad by
    countries, and a state that alone is too large by institutes. It is counted whole as well,
    before and afterwards, so that what lies in no piece shows.
    """
    return tuple(piece for part in parts for piece in _pieces_of(part, stock))


def _pieces_of(part: Part, stock: Stock) -> Iterator[Piece]:
    if part.criteria.project_nums or part.criteria.appl_ids:
        yield from first_pieces([part])
        return
    for number, criteria in enumerate(_cut(part.criteria, stock), start=1):
        yield Piece(name=f"{part.name}/{number}", part=part.name, criteria=criteria)
    yield Piece(name=part.name, part=part.name, criteria=part.criteria, only_counted=True)


def _cut(whole: Criteria, stock: Stock) -> Iterator[Criteria]:
    by_state: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for (state, institute), count in stock.counts.items():
        by_state[state][institute] = count
    known = {*STATES, *filter(_STATE.fullmatch, by_state)}
    states = whole.org_states or sorted(known)
    weights = {state: sum(by_state[state].values()) for state in states}
    for group in _groups(weights):
        narrowed = whole.model_copy(update={"org_states": group})
        if sum(weights[state] for state in group) <= MOST:
            yield narrowed
        else:  # one state that alone is too large
            yield from _cut_by_institute(narrowed, by_state[min(group)])
    if not whole.org_states and not whole.org_countries:
        abroad = {*COUNTRIES, *filter(None, stock.countries)} - {HOME}
        yield whole.model_copy(update={"org_countries": tuple(sorted(abroad))})


def _cut_by_institute(state: Criteria, counts: Mapping[str, int]) -> Iterator[Criteria]:
    institutes = state.agencies or sorted({*INSTITUTES, *filter(None, counts)})
    for group in _groups({institute: counts.get(institute, 0) for institute in institutes}):
        yield state.model_copy(update={"agencies": group})


def _groups(weights: Mapping[str, int]) -> Iterator[tuple[str, ...]]:
    """Return the names in groups that weigh at most ``MOST``; what weighs more stands alone."""
    group: list[str] = []
    for name in _lightest_last(weights):
        if group and sum(weights[one] for one in group) + weights[name] > MOST:
            yield tuple(sorted(group))
            group = []
        group.append(name)
    if group:
        yield tuple(sorted(group))


def _lightest_last(weights: Mapping[str, int]) -> Iterable[str]:
    return sorted(weights, key=lambda name: (-weights[name], name))
