"""Whatever is typed is a search, or a plain error at one of its columns, and soon."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.errors import QueryError
from tidings.searches.canonical import canonical_form
from tidings.searches.grammar import MAX_LENGTH, MAX_TERMS, parse, parse_canonical
from tidings.searches.query import Query
from tidings.searches.readback import read_back

LONGEST = 0.05
"""Seconds of one CPU for one text: what others run meanwhile does not count."""

FIELDS = (
    "title:",
    "activity:",
    "state:",
    "fy>=",
    "fy:",
    "amount<",
    "end:",
    "near:",
    "change:",
    "x:",
)
VALUES = ("R01", "AZ", "2024", "2020..2024", "250k", "2027-03-31", '"Phoenix, AZ"', "end_cut", "b*")
PARTS = (
    *FIELDS, *VALUES, "(", ")", " ", " AND ", " OR ", " NOT ", '"', "*", ":", "cancer",
    " within 50mi", " within ", "50 km", "..", "TGFβ", "-", "<=", "é", "\n", "\u200b",
)  # fmt: skip


def outcome(text: str) -> str | None:
    """Return what the text is refused with; it is a canonical search otherwise."""
    query, refusal = read(text)
    if refusal is not None:
        assert 1 <= refusal.column <= len(text) + 1
        return str(refusal)
    assert query is not None
    canonical = canonical_form(query)
    assert canonical_form(parse_canonical(canonical)) == canonical
    assert read_back(query)
    return None


def read(text: str) -> tuple[Query | None, QueryError | None]:
    """Parse in time; what the collection of garbage takes in one of three is not the parser's."""
    taken: list[float] = []
    while not taken or (min(taken) >= LONGEST and len(taken) < 3):
        before = time.thread_time()
        try:
            query, refusal = parse(text), None
        except QueryError as error:
            query, refusal = None, error
        taken.append(time.thread_time() - before)
    assert min(taken) < LONGEST
    return query, refusal  # pyright: ignore[reportPossiblyUnboundVariable] - it runs once at least


@given(st.text(max_size=200))
def test_any_text_is_a_search_or_an_error(text: str) -> None:
    outcome(text)


@given(st.lists(st.sampled_from(PARTS), max_size=60).map("".join))
def test_any_text_in_the_shape_of_a_search_is_one_or_an_error(text: str) -> None:
    outcome(text)


@given(st.lists(st.sampled_from(PARTS), min_size=1, max_size=4), st.integers(50, 700))
def test_what_is_repeated_costs_no_more_than_its_length(parts: list[str], times: int) -> None:
    outcome(("".join(parts) * times)[:MAX_LENGTH])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("(" * 1000 + "a" + ")" * 999, "at most 20 deep"),
        ("(" * 2000, "at most 20 deep"),
        (")" * 2000, "Did not expect"),
        ('"' * 1999, "not closed"),
        ('a "b', "not closed"),
        ("AND", "nothing for AND"),
        ("OR", "nothing for OR"),
        ("NOT", "ends too early"),
        ("NOT " * 499 + "a", "nearly everything"),
        ("*", "only at the end"),
        ("()", "Did not expect"),
        (":", "Did not expect"),
        ("title:", "ends too early"),
        ("title:()", "Did not expect"),
        ("a " * (MAX_TERMS + 1), "at most 64 terms"),
        ("a " * 1000, "at most 64 terms"),
        ("fy:2020..2024 " * 40, "at most 64 terms"),
        ("a" * (MAX_LENGTH + 1), "at most 2,000 characters"),
        ("a\x00b", "nobody sees"),
        ("\x07", "nobody sees"),
        ("\u2067cancer\u2069", "nobody sees"),
        ("سرطان", "no letter from a to z"),
        ("🎗️", "no letter from a to z"),
        ("amount>" + "9" * 1900, "dollars such as"),
        ('near:"' + "x" * 1900 + ', AZ" within 5mi', "do not know the place"),
        ("a" * 1900 + ":x", "There is no field"),
    ],
)
def test_hostile_texts_are_refused_with_a_reason(text: str, said: str) -> None:
    assert said in (outcome(text) or "")


@pytest.mark.parametrize(
    "text",
    [
        "a" * MAX_LENGTH,
        "a-" * 1000,
        "αβ" * 1000,
        "a" + " " * 1998 + "b",
        "x AND (a OR " * 20 + "b" + ")" * 20,
        "x NOT (a OR " * 20 + "b" + ")" * 20,
        "word " * MAX_TERMS,
        "cancer\u200f \ufeff",
    ],
)
def test_odd_texts_within_the_limits_are_searches(text: str) -> None:
    assert outcome(text) is None
