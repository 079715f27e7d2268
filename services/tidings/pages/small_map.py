"""A small map of where a study has its home: an outline and a dot (pure).

The outline of the 48 states is drawn by hand from some 160 public coordinates, in the projection
that maps of them usually have (Albers). Any other place stands on the bare lines of the globe.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from math import cos, radians, sin, sqrt
from typing import Any

from tidings.projects.canonicalise import Canonical

WIDTH, HEIGHT = 320, 200
_HOME = "UNITED STATES"
_PARALLELS = radians(29.5), radians(45.5)
_CENTRE = radians(37.5), radians(-96)
_SCALE = 390
_GLOBE = 320 / 360

_OUTLINE = (
    "-124.7 48.4,-123.1 48.2,-122.8 49,-117 49,-110 49,-104 49,-97.2 49,-95.2 49,-95.2 49.4,"
    "-94.6 48.7,-93 48.6,-91.4 48.1,-89.6 48,-90.8 47.3,-92.1 46.8,-90.9 46.9,-90.4 46.6,"
    "-89.2 46.9,-88.4 47.4,-87.8 47.5,-88.4 46.9,-87.4 46.5,-86.6 46.5,-85 46.8,-84.6 46.5,"
    "-84.1 46.2,-83.9 46,-84.7 46,-85.5 46.1,-86.5 45.9,-87 45.8,-87.6 45.1,-88 44.6,-87.4 44.9,"
    "-87 45.3,-87.5 44.4,-87.8 43.7,-87.9 43,-87.8 42.3,-87.5 41.7,-86.9 41.8,-86.3 42.4,"
    "-86.3 43,-86.5 43.7,-86.3 44.7,-85.6 45.1,-85 45.4,-84.8 45.8,-84.1 45.5,-83.4 45.2,"
    "-83.3 44.3,-83.9 43.7,-83.4 43.9,-83 44.1,-82.5 43,-82.5 42.6,-83.2 42.1,-83.5 41.7,"
    "-82.7 41.5,-81.7 41.5,-80.5 42,-79 42.7,-78.9 42.9,-79.1 43.3,-77.5 43.3,-76.5 43.5,"
    "-76.2 43.6,-76.3 44.2,-75.3 44.9,-74.7 45,-71.5 45,-71.1 45.3,-70.4 45.8,-70 46.7,"
    "-69.2 47.5,-68.3 47.4,-67.8 47.1,-67.8 45.7,-67 44.9,-68.5 44.3,-69.8 43.8,-70.6 43.1,"
    "-70.8 42.6,-70.9 42.3,-70.6 42,-70.1 42.1,-70 41.7,-70.7 41.6,-71.4 41.5,-72.9 41.3,"
    "-73.7 40.9,-72.5 41,-71.9 41.1,-73.6 40.6,-74 40.6,-74.1 39.8,-74.9 39,-75.5 39.5,"
    "-75.1 38.8,-75.3 38,-76 37.2,-75.9 37.9,-76.2 38.8,-76.4 39.2,-76.5 38.5,-76.3 37.9,"
    "-76.3 37.1,-76 36.9,-75.5 35.3,-76.5 34.7,-77.9 33.9,-78.9 33.6,-79.9 32.7,-81.1 31.9,"
    "-81.4 30.7,-81.3 29.8,-80.6 28.4,-80.1 26.9,-80.2 25.8,-80.5 25.2,-81.1 25.2,-81.8 26.1,"
    "-82.2 26.9,-82.8 27.8,-82.7 28.8,-83.6 29.8,-84.1 30.1,-85.3 29.7,-86.4 30.4,-88 30.3,"
    "-89.4 30.4,-89.5 29.9,-89.2 29.1,-90.2 29.1,-91.3 29.4,-92.3 29.6,-93.9 29.7,-94.8 29.4,"
    "-95.9 28.6,-97.1 27.8,-97.4 26.9,-97.2 26,-99.1 26.4,-99.5 27.5,-100.4 28.5,-101 29.4,"
    "-102.3 29.9,-102.7 29.7,-103.2 29,-104.5 29.7,-105 30.7,-106.5 31.8,-108.2 31.8,"
    "-108.2 31.3,-111.1 31.3,-114.8 32.5,-117.1 32.5,-117.3 33,-118.4 33.8,-118.5 34,-119.2 34.2,"
    "-120.5 34.5,-120.7 35.2,-121.9 36.6,-122.5 37.7,-123 38,-123.8 39.3,-124.4 40.4,-124.1 41,"
    "-124.2 42,-124.6 42.9,-124.1 44,-124 46.2,-124.1 46.9"
)


@dataclass(frozen=True)
class SmallMap:
    """Lines of a drawing of ``WIDTH`` by ``HEIGHT``, and where the dot is.

    ``is_home`` says that it shows the 48 states.
    """

    path: str
    x: float
    y: float
    is_home: bool


def small_map(canonical: Canonical) -> SmallMap | None:
    """Return the map of a record's own coordinates; None for a record without them."""
    place: dict[str, Any] = canonical.get("geo_lat_lon", {})
    longitude: object = place.get("lon")
    latitude: object = place.get("lat")
    if not isinstance(longitude, int | float) or not isinstance(latitude, int | float):
        return None
    if abs(longitude) > 180 or abs(latitude) > 90:
        return None
    home: dict[str, Any] = canonical.get("organization", {})
    country = home.get("org_country")
    if country == _HOME and -125 < longitude < -66.5 and 24.3 < latitude < 49.6:
        return SmallMap(_states(), *_albers(longitude, latitude), is_home=True)
    x, y = (longitude + 180) * _GLOBE, HEIGHT / 2 - latitude * _GLOBE
    return SmallMap(_lines(), round(x, 1), round(y, 1), is_home=False)


@cache
def _states() -> str:
    places = (pair.split() for pair in _OUTLINE.split(","))
    return _drawn(_albers(float(longitude), float(latitude)) for longitude, latitude in places)


@cache
def _lines() -> str:
    """Return every thirtieth meridian and parallel."""
    top, bottom = HEIGHT / 2 - 90 * _GLOBE, HEIGHT / 2 + 90 * _GLOBE
    upright = (f"M{x * _GLOBE:.0f} {top:.0f}V{bottom:.0f}" for x in range(0, 361, 30))
    across = (f"M0 {HEIGHT / 2 - y * _GLOBE:.0f}H{WIDTH}" for y in range(-90, 91, 30))
    return "".join((*upright, *across))


def _drawn(points: Iterable[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in points) + "Z"


def _albers(longitude: float, latitude: float) -> tuple[float, float]:
    first, second = _PARALLELS
    middle, meridian = _CENTRE
    cone = (sin(first) + sin(second)) / 2
    constant = cos(first) ** 2 + 2 * cone * sin(first)

    def radius(parallel: float) -> float:
        return sqrt(constant - 2 * cone * sin(parallel)) / cone

    angle = cone * (radians(longitude) - meridian)
    out = radius(radians(latitude))
    x = WIDTH / 2 + _SCALE * out * sin(angle)
    y = HEIGHT / 2 - _SCALE * (radius(middle) - out * cos(angle))
    return round(x, 1), round(y, 1)
