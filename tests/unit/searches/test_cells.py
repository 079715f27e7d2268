"""The earth in cells of one degree."""

from hypothesis import example, given
from hypothesis import strategies as st

from tidings.searches.cells import MOST_CELLS, cell_of, cells_around
from tidings.searches.places import miles_between

latitudes = st.floats(-90, 90)
longitudes = st.floats(-180, 180)
shifts = st.floats(-8, 8)


@given(latitudes, longitudes, shifts, shifts, st.integers(1, 500))
@example(32.9, 179.9, 0.0, 0.4, 60)
@example(64.8, -147.7, 2.7, 7.1, 300)
@example(89.5, 10.0, 0.0, 100.0, 80)
def test_no_point_of_a_circle_lies_outside_of_its_cells(
    north: float, east: float, up: float, right: float, miles: int
) -> None:
    around = cells_around((north, east), miles)
    other = (max(-90.0, min(90.0, north + up)), east + right)
    if around is not None and miles_between((north, east), other) <= miles:
        assert cell_of(other) in around


def test_a_small_circle_has_few_cells_and_a_large_one_none() -> None:
    around = cells_around((33.5, -111.9), 50)
    assert around is not None
    assert len(around) < 12
    assert cell_of((33.5, -111.9)) in around
    assert cell_of((40.7, -74.0)) not in around
    assert cells_around((33.5, -111.9), 500) is None
    assert cells_around((89.9, 0.0), 50) is None
    assert MOST_CELLS < 500


def test_a_point_that_no_map_has_is_near_every_place() -> None:
    around = cells_around((33.5, -111.9), 10)
    assert around is not None
    assert cell_of((200.0, 0.0)) in around
