"""A reconcile's pieces hold every record that has a known place, and none is too large."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tidings.audits.cutting import MOST, Stock, pieces_by_place
from tidings.audits.places import COUNTRIES, HOME, INSTITUTES, STATES
from tidings.projects.itinerary import Count, Piece, adding_up, closed, counted, next_step
from tidings.projects.itinerary import part_total as total_of
from tidings.reporter.criteria import Criteria
from tidings.reporter.scope import LARGEST, Part

SCOPE = (Part("scope", Criteria(fiscal_years=(2026, 2027), include_active_projects=True)),)
places = st.tuples(st.sampled_from([*STATES, "ZZ", ""]), st.sampled_from([*INSTITUTES, "NEW", ""]))


def holds(piece: Piece, state: str, institute: str) -> bool:
    asked = piece.criteria
    return state in asked.org_states and (not asked.agencies or institute in asked.agencies)


@given(st.dictionaries(places, st.integers(1, 20_000), max_size=80))
def test_every_stored_place_lies_in_one_piece(counts: dict[tuple[str, str], int]) -> None:
    pieces = [piece for piece in pieces_by_place(SCOPE, Stock(counts)) if not piece.only_counted]
    assert len({piece.name for piece in pieces}) == len(pieces)
    for state, institute in counts:
        if state and institute:
            assert sum(holds(piece, state, institute) for piece in pieces) == 1
    for piece in pieces:
        within = [counts[place] for place in counts if holds(piece, *place)]
        weight = sum(within)
        asked = piece.criteria
        assert weight <= MOST or (len(asked.org_states) == 1 and len(asked.agencies) == 1)


def test_every_known_state_and_country_is_asked_for_and_the_whole_is_counted() -> None:
    *pieces, whole = pieces_by_place(SCOPE, Stock(countries=("ATLANTIS", HOME, "")))
    states = [state for piece in pieces for state in piece.criteria.org_states]
    assert sorted(states) == sorted(STATES)
    assert set(pieces[-1].criteria.org_countries) == {*COUNTRIES, "ATLANTIS"}
    assert whole.only_counted
    assert whole.criteria == SCOPE[0].criteria


def test_a_scope_of_some_states_is_cut_into_those() -> None:
    part = Part("scope", Criteria(org_states=("AZ", "MA"), agencies=("NCI", "NIA")))
    heavy = {("AZ", "NCI"): MOST, ("AZ", "NIA"): MOST, ("MA", "NIA"): 1}
    asked = [piece.criteria for piece in pieces_by_place([part], Stock(heavy))][:-1]
    assert [(one.org_states, one.agencies) for one in asked] == [
        (("AZ",), ("NCI",)),
        (("AZ",), ("NIA",)),
        (("MA",), ("NCI", "NIA")),
    ]


def test_what_is_asked_by_number_is_not_cut() -> None:
    part = Part("project_nums-1", Criteria(project_nums=("R01CA000001",)))
    (piece,) = pieces_by_place([part], Stock())
    assert (piece.criteria, piece.only_counted) == (part.criteria, False)


def test_a_place_that_grew_too_large_is_halved_by_day_under_a_name_of_its_own() -> None:
    pieces = pieces_by_place(SCOPE, Stock({("CA", "NCI"): 9_000, ("CA", "NIA"): 9_000}))
    pieces = all_counted(pieces)
    names = [piece.name for piece in pieces]
    assert len(set(names)) == len(names)
    assert any(":" in name for name in names)


def all_counted(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Count each piece: what was cut by institute, and the whole, turn out to be large."""
    while isinstance(step := next_step(pieces, {}), Count) and not step.again:
        one = pieces[step.index]
        large = bool(one.criteria.agencies) and one.criteria.date_added is None
        total = 2 * LARGEST if large or one.only_counted else 10
        pieces = counted(pieces, step.index, total, today=date(2026, 11, 23))
    return pieces


def test_the_whole_is_counted_at_the_end_and_speaks_for_its_part() -> None:
    *rest, whole = all_counted(pieces_by_place(SCOPE, Stock()))
    read = tuple(piece.model_copy(update={"total_last": piece.total}) for piece in rest)
    pieces = (*read, whole)
    assert next_step(pieces, {}) == Count(len(pieces) - 1, again=True)
    pieces = closed(pieces, len(pieces) - 1, 7, ())
    assert (pieces[-1].total_last, pieces[-1].moved) == (7, False)
    assert next_step(pieces, {}) is None
    assert adding_up(pieces) == pieces[-1:]
    assert total_of(pieces, "scope") == 2 * LARGEST
