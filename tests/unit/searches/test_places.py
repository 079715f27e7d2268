"""Places by name, and how far it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.searches.places import find_place, miles_between, place_key, places_like

POINTS = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("scottsdale, az", "Scottsdale, AZ"),
        ("Scottsdale Arizona", "Scottsdale, AZ"),
        ("SAINT LOUIS, MO", "St. Louis, MO"),
        ("New York New York", "New York, NY"),
        ("Bronx, NY", "Bronx, NY"),
        ("Washington, D.C.", "Washington, DC"),
        ("la jolla ca", "La Jolla, CA"),
        ("Research Triangle Park, NC", "Research Triangle Park, NC"),
        ("Winston Salem, North Carolina", "Winston-Salem, NC"),
        ("San Juan, PR", "San Juan, PR"),
        ("mcallen, tx", "McAllen, TX"),
    ],
)
def test_a_place_is_found_however_it_is_written(typed: str, title: str) -> None:
    place = find_place(typed)
    assert place is not None
    assert place.title == title
    assert find_place(place_key(typed) or "") == place


@pytest.mark.parametrize("typed", ["", ",", "AZ", "Scottsdale", "Xyzzy, AZ", "Toronto, ON"])
def test_what_is_no_place_we_know_is_not_found(typed: str) -> None:
    assert find_place(typed) is None


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("Scotsdale, AZ", "SCOTTSDALE, AZ"),
        ("Phoenix", "PHOENIX, AZ"),
        ("Cambrige, MA", "CAMBRIDGE, MA"),
        ("Pittsburg, PA", "PITTSBURGH, PA"),
    ],
)
def test_the_place_that_was_meant_is_named_first(typed: str, first: str) -> None:
    assert places_like(typed)[0] == first


@pytest.mark.parametrize(
    ("one", "other", "miles"),
    [
        ("Scottsdale, AZ", "Phoenix, AZ", 11),
        ("Boston, MA", "Cambridge, MA", 2.6),
        ("New York, NY", "Los Angeles, CA", 2446),
    ],
)
def test_the_way_between_two_places_is_a_great_circle(one: str, other: str, miles: float) -> None:
    first, second = find_place(one), find_place(other)
    assert first is not None
    assert second is not None
    assert miles_between(first.point, second.point) == pytest.approx(miles, rel=0.03)


@given(POINTS, POINTS)
def test_the_way_back_is_as_long_and_none_is_longer_than_half_around(
    first: tuple[float, float], second: tuple[float, float]
) -> None:
    there, back = miles_between(first, second), miles_between(second, first)
    assert there == pytest.approx(back, abs=1e-6)
    assert 0 <= there <= 12_440
    assert miles_between(first, first) == 0
