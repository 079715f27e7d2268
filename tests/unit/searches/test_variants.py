"""Searches beside one that finds too much, or nothing."""

from typing import Any

import pytest

from tidings.searches.document import Document
from tidings.searches.evaluate import holds
from tidings.searches.grammar import parse
from tidings.searches.variants import narrower, wider


def record(number: int, **fields: Any) -> dict[str, Any]:
    """Return a canonical record about cells; every fourth is of NCI, and every other of Arizona."""
    aging = " and aging" if number % 10 == 0 else ""
    plain: dict[str, Any] = {
        "appl_id": number,
        "project_title": f"Of {'cells' if number % 3 == 0 else 'tissue'}{aging}",
        "abstract_text": "We study cells.",
        "activity_code": "R01",
        "agency_ic_admin": {"abbreviation": "NCI" if number % 4 == 0 else "NIA"},
        "organization": {"org_state": "AZ" if number % 2 == 0 else "CA"},
        "pref_terms": "Cells;Aging;programs" if number % 5 == 0 else "Cells",
    }
    return plain | fields


HITS = [record(number) for number in range(40)]


def test_proposals_divide_the_hits_and_say_how_many_each_leaves() -> None:
    found = {variant.words: variant for variant in narrower("cells", HITS)}
    assert found["With ic:NCI"].hits == 10
    assert found["With state:AZ"].hits == 20
    assert found['With terms:"Aging"'].hits == 8
    assert found["In titles only,"].hits == 14
    assert "With activity:R01" not in found  # all of them
    assert 'With terms:"Cells"' not in found
    assert 'With terms:"programs"' not in found  # it stands in no title


@pytest.mark.parametrize("text", ["cells", "cells OR tissue", "study cells NOT mouse"])
def test_a_proposal_finds_what_it_says_it_finds(text: str) -> None:
    found = narrower(text, HITS)
    assert found
    for variant in found:
        query = parse(variant.text)
        assert sum(holds(query, Document(one)) for one in HITS) == variant.hits


def test_few_proposals_come_from_one_field() -> None:
    homes = ("AZ", "CA", "NY", "TX")
    many = [record(n, organization={"org_state": homes[n % 4]}) for n in range(40)]
    states = [one for one in narrower("cells", many) if "state:" in one.words]
    assert len(states) == 2


def test_a_value_that_no_search_can_ask_for_is_not_proposed() -> None:
    odd = [record(n, organization={"org_state": "Q9" if n % 2 else "AZ"}) for n in range(40)]
    words = [one.words for one in narrower("cells", odd)]
    assert "With state:AZ" in words
    assert "With state:Q9" not in words


def test_a_search_that_names_no_words_is_not_looked_for_in_titles() -> None:
    assert not [one for one in narrower("fy>=2024", HITS) if "titles" in one.words]


def test_each_clause_may_be_left_out_and_a_phrase_become_its_words() -> None:
    found = dict(wider(parse('"lung cancer" AND state:AZ')))
    assert set(found.values()) == {
        'Without state:"AZ"',
        'Without "lung cancer"',
        "With words in any place instead of exact phrases",
    }
    loose = parse(next(text for text, words in found.items() if words.startswith("With words")))
    assert holds(
        loose,
        Document({"project_title": "Cancer of the lung", "organization": {"org_state": "AZ"}}),
    )


def test_what_would_ask_for_everything_is_not_proposed() -> None:
    assert [words for _, words in wider(parse("cells AND NOT mouse"))] == ["Without NOT mouse"]
    assert list(wider(parse("cells"))) == []
