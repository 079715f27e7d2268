"""Places of the United States by name, and the way between two points.

The names and coordinates are GeoNames' (geonames.org, CC BY 4.0): populated places of about 500
people and more, in the states, the District of Columbia and the territories.
"""

import gzip
import re
from difflib import get_close_matches
from functools import cache, lru_cache
from importlib.resources import files
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

from tidings.searches.states import STATES, state_code
from tidings.searches.text import words_of

EARTH_RADIUS = 3958.7613
"""In statute miles: the mean radius."""

KM_OF_MILE = 1.609344
_SHORT = {"saint": "st", "sainte": "ste", "fort": "ft", "mount": "mt"}


class Place(NamedTuple):
    """A town, a city or a quarter of one; degrees, north and east are positive."""

    name: str
    state: str
    latitude: float
    longitude: float

    @property
    def title(self) -> str:
        """How readers write it: ``Scottsdale, AZ``."""
        return f"{self.name}, {self.state}"

    @property
    def point(self) -> tuple[float, float]:
        """Latitude and longitude."""
        return self.latitude, self.longitude


def miles_between(first: tuple[float, float], second: tuple[float, float]) -> float:
    """Return the great-circle distance of two (latitude, longitude) in statute miles."""
    north, east = radians(first[0]), radians(first[1])
    other_north, other_east = radians(second[0]), radians(second[1])
    chord = (
        sin((other_north - north) / 2) ** 2
        + cos(north) * cos(other_north) * sin((other_east - east) / 2) ** 2
    )
    return 2 * EARTH_RADIUS * asin(min(1.0, sqrt(chord)))


def place_key(typed: str) -> str | None:
    """Return the one way to write a place, ``ST LOUIS, MO``; None when no state stands at its end.

    The state may be a code or a name, with or without a comma before it.
    """
    name, comma, state = typed.rpartition(",")
    tries = [(name, state)] if comma else _divided(typed)
    for before, after in tries:
        code = state_code(after)
        if code in STATES and (found := _plain(before)):
            return f"{found}, {code}"
    return None


@lru_cache(maxsize=50_000)
def find_place(typed: str) -> Place | None:
    """Return the place that a text such as ``scottsdale, az`` names; None when we know none.

    Of several in one state with one name it is the largest.
    """
    key = place_key(typed)
    start = _places().find(f"\n{key}\t") + 1 if key else 0
    return _place(_places()[start : _places().index("\n", start)]) if start else None


def places_like(typed: str) -> list[str]:
    """Return up to three places that a text may have meant, the likeliest first."""
    key = place_key(typed)
    if key is None:
        pattern = rf"^{re.escape(_plain(typed))}, [A-Z]{{2}}(?=\t)"
        return re.findall(pattern, _places(), re.MULTILINE)[:3]
    pattern = rf"^{re.escape(key[0])}.*{key[-4:]}(?=\t)"
    return get_close_matches(key, re.findall(pattern, _places(), re.MULTILINE), cutoff=0.75)


def _divided(typed: str) -> list[tuple[str, str]]:
    parts = typed.split()
    return [(" ".join(parts[:-size]), " ".join(parts[-size:])) for size in (3, 2, 1)]


def _plain(name: str) -> str:
    return " ".join(_SHORT.get(word, word) for word in words_of(name)).upper()


def _place(line: str) -> Place:
    key, latitude, longitude, *written = line.split("\t")
    name, state = key.rsplit(", ", 1)
    return Place("".join(written) or name.title(), state, float(latitude), float(longitude))


@cache
def _places() -> str:
    """Return the lines of all places, the largest first; searched as they are, in 0.1 ms."""
    raw = files("tidings.searches").joinpath("places.tsv.gz").read_bytes()
    return gzip.decompress(raw).decode()
