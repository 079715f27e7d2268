"""Hits week by week as bars of a small chart (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass

from tidings.searches.estimate import Week

HEIGHT, STEP, BAR = 80, 12, 9
"""Units of the drawing: how high it is, how far bars are apart, how wide one is."""

LEAST = 2
"""The height of the lowest bar that is no nothing."""


@dataclass(frozen=True)
class Bar:
    """A bar, in units of the drawing from its upper left corner."""

    x: int
    y: int
    height: int
    is_estimate: bool


@dataclass(frozen=True)
class Chart:
    """Bars, and what they say in all; ``most`` is what the highest one stands for."""

    bars: tuple[Bar, ...]
    width: int
    total: int
    most: int
    mean: float


def chart_of(weeks: Sequence[Week]) -> Chart:
    """Return a bar for each week: the studies and changes that it would have told of."""
    counts = [week.studies + week.changes for week in weeks]
    most = max(counts, default=0)
    bars = tuple(
        Bar(number * STEP, HEIGHT - height, height, week.is_estimate)
        for number, (week, height) in enumerate(
            zip(weeks, (_height(count, most) for count in counts), strict=True)
        )
    )
    mean = sum(counts) / len(counts) if counts else 0.0
    return Chart(bars, max(len(bars) * STEP, 1), sum(counts), most, mean)


def _height(count: int, most: int) -> int:
    return max(LEAST, round(HEIGHT * count / most)) if count else 0
