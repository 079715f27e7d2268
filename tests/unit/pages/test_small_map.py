"""The small map: the dot is where the record says, on the outline that fits."""

import re
from typing import Any

import pytest

from tidings.pages.small_map import HEIGHT, WIDTH, SmallMap, small_map


def mapped(longitude: Any, latitude: Any, country: str = "UNITED STATES") -> SmallMap | None:
    place = {"lon": longitude, "lat": latitude}
    return small_map({"geo_lat_lon": place, "organization": {"org_country": country}})


def test_the_outline_and_the_dots_of_all_corners_are_within_the_map() -> None:
    for place in [(-124.6, 48.3), (-67.1, 44.9), (-80.2, 25.8), (-117.1, 32.7), (-95.2, 49.3)]:
        found = mapped(*place)
        assert found
        assert found.is_home
        assert 0 < found.x < WIDTH
        assert 0 < found.y < HEIGHT
        numbers = [int(one) for one in re.findall(r"-?\d+", found.path)]
        assert len(numbers) > 250
        assert min(numbers) >= 0
        assert max(numbers[::2]) <= WIDTH
        assert max(numbers[1::2]) <= HEIGHT


def test_places_stand_to_each_other_as_they_do_on_the_ground() -> None:
    phoenix, boston, seattle = mapped(-112.1, 33.4), mapped(-71.1, 42.4), mapped(-122.3, 47.6)
    assert phoenix
    assert boston
    assert seattle
    assert seattle.x < phoenix.x < boston.x
    assert seattle.y < boston.y < phoenix.y


@pytest.mark.parametrize(
    ("longitude", "latitude", "country"),
    [(-79.4, 43.7, "CANADA"), (-157.8, 21.3, "UNITED STATES"), (178.4, -18.1, "FIJI")],
)
def test_any_other_place_stands_on_the_lines_of_the_globe(
    longitude: float, latitude: float, country: str
) -> None:
    found = mapped(longitude, latitude, country)
    assert found
    assert not found.is_home
    assert 0 <= found.x <= WIDTH
    assert 0 <= found.y <= HEIGHT


@pytest.mark.parametrize("place", [(None, 3), (3, None), (181, 0), (0, -91), ("x", "y")])
def test_a_record_without_a_place_has_no_map(place: tuple[Any, Any]) -> None:
    assert mapped(*place) is None
    assert small_map({"appl_id": 1}) is None
