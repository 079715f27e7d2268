"""Every search has one form, whoever typed it."""

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from queries import any_queries, documents, leaf_queries, queries

from tidings.searches.breadth import why_too_broad
from tidings.searches.canonical import canonical_form, search_hash
from tidings.searches.document import Document
from tidings.searches.evaluate import holds
from tidings.searches.grammar import parse, parse_canonical
from tidings.searches.query import And, Comparison, Leaf, Not, Or, Query
from tidings.searches.simplify import simplified
from tidings.searches.trees import from_tree, to_tree
from tidings.searches.writing import written


@given(any_queries())
def test_the_canonical_form_is_its_own_canonical_form(query: Query) -> None:
    canonical = canonical_form(query)
    assert parse_canonical(canonical) == simplified(query)
    assert canonical_form(parse_canonical(canonical)) == canonical


@given(any_queries(), documents())
def test_the_canonical_form_finds_the_same(query: Query, document: Document) -> None:
    assert holds(parse_canonical(canonical_form(query)), document) == holds(query, document)


@given(leaf_queries())
def test_each_leaf_is_written_as_it_is_typed(leaf: Leaf) -> None:
    assert parse_canonical(written(leaf)) == leaf


@given(queries())
def test_a_search_that_may_be_saved_may_be_typed_again_in_its_canonical_form(query: Query) -> None:
    parse(canonical_form(query))


@given(any_queries())
def test_whether_a_search_is_too_broad_does_not_depend_on_how_it_is_typed(query: Query) -> None:
    assert (why_too_broad(query) is None) == (why_too_broad(simplified(query)) is None)


@given(any_queries())
def test_a_tree_says_the_same_as_the_text(query: Query) -> None:
    assert from_tree(to_tree(simplified(query))) == parse_canonical(canonical_form(query))


@given(any_queries(), st.randoms(use_true_random=False))
def test_equal_searches_typed_differently_have_one_hash(query: Query, random: Random) -> None:
    typed, other = canonical_form(query), canonical_form(reworded(query, random))
    assert search_hash(typed) == search_hash(other)


def reworded(query: Query, random: Random) -> Query:
    """Say the same otherwise: another order, doubles, more parentheses, NOT of the contrary."""
    match query:
        case And(parts) | Or(parts):
            joined = type(query)
            some = [reworded(part, random) for part in parts]
            some += random.choices(some, k=random.randint(0, 2))
            random.shuffle(some)
            cut = random.randint(0, len(some))
            nested = [joined(tuple(some[:cut]))] if cut > 1 else some[:cut]
            return contrary(joined, (*nested, *some[cut:]), random)
        case Not(part):
            return Not(reworded(part, random))
        case Comparison(field, ">=", number) if random.random() < 0.5:
            return Comparison(field, ">", number - 1) if number > 1 else query
        case _:
            return Not(Not(query)) if random.random() < 0.2 else query


def contrary(joined: type[And | Or], parts: Sequence[Query], random: Random) -> Query:
    if random.random() < 0.5:
        return joined(tuple(parts))
    other = Or if joined is And else And
    return Not(other(tuple(Not(part) for part in parts)))


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("breast Cancer AND breast", "breast AND cancer"),
        ("(a (b c)) OR (c b a)", "a AND b AND c"),
        ("a NOT (b OR c)", "NOT b AND NOT c AND a"),
        ("a NOT (b c)", "(NOT b OR NOT c) AND a"),
        ("a (a OR b)", "a"),
        ("a OR (a b)", "a"),
        ("(a OR b) (a OR b OR c)", "a OR b"),
        ("title:(lung OR breast)", "title:breast OR title:lung"),
        ("state:Arizona", 'state:"AZ"'),
        ("fy>2019 fy>=2021 fy<2025", "fy<=2024 AND fy>=2021"),
        ("fy:2020..2020", "fy=2020"),
        ("fy>=2020 OR fy>2021", "fy>=2020"),
        ("amount>250000 OR x", "amount>250000 OR x"),
        ("amount>=250001", "amount>250000"),
        ("amount<=249999", "amount<250000"),
        ("amount<0 x", "amount<0 AND x"),
        ("end<2027", "end<=2026-12-31"),
        ("x end>9999-12-31", "end>9999-12-31 AND x"),
        ('near:"saint louis, mo" within 80 km', 'near:"ST LOUIS, MO" within 50mi'),
    ],
)
def test_what_makes_no_difference_is_gone(typed: str, canonical: str) -> None:
    assert canonical_form(parse(typed)) == canonical


@pytest.mark.parametrize(
    ("typed", "other"),
    [
        ("cancer", '"cancer"'),
        ("tumor", "tumor*"),
        ("title:cancer", "cancer"),
        ("a OR b", "a b"),
        ("fy>=2020 x", "NOT fy<2020 x"),
        ("end:2026", "end<=2026"),
    ],
)
def test_searches_that_ask_for_other_things_stay_apart(typed: str, other: str) -> None:
    first, second = (canonical_form(parse_canonical(text)) for text in (typed, other))
    assert search_hash(first) != search_hash(second)


def test_the_hash_of_a_canonical_form_stays_what_it_is() -> None:
    assert search_hash('cancer AND state:"AZ"') == "d9c2750fe9e4eb4b4e0cc4665760473e"
