"""The earth in cells of one degree, so that what is near a place is found by name (pure)."""

from collections.abc import Iterator
from itertools import product
from math import asin, cos, degrees, floor, pi, radians, sin

from tidings.searches.places import EARTH_RADIUS

Point = tuple[float, float]
"""Latitude and longitude in degrees."""

MOST_CELLS = 200
"""A circle that touches more of them, of about 400 miles, is no narrow one."""

NOWHERE = "at_odds"
"""The cell of a point that no map has."""

_EDGE = 1e-6
"""Degrees by which a circle is taken larger, for what rounding does."""


def cell_of(point: Point) -> str:
    """Return the name of the cell that a point lies in."""
    north, east = point
    return _name(floor(north), floor(east)) if abs(north) <= 90 else NOWHERE


def cells_around(point: Point, miles: int) -> tuple[str, ...] | None:
    """Return the cells that hold all that is at most so far away; None for far too many."""
    north, east = point
    angle = miles / EARTH_RADIUS
    high = degrees(angle) + _EDGE
    if abs(north) + high >= 90 or angle >= pi / 2:  # it goes around a pole
        return None
    wide = degrees(asin(min(1.0, sin(angle) / cos(radians(north))))) + _EDGE
    rows, columns = _whole(north - high, north + high), _whole(east - wide, east + wide)
    if len(rows) * len(columns) > MOST_CELLS:
        return None
    return NOWHERE, *_names(rows, columns)


def _whole(first: float, last: float) -> range:
    return range(floor(first), floor(last) + 1)


def _names(rows: range, columns: range) -> Iterator[str]:
    return (_name(row, column) for row, column in product(rows, columns))


def _name(row: int, column: int) -> str:
    return f"at_{row + 90}_{(column + 180) % 360}"
