"""The sandbox reads requests as RePORTER does, and refuses in its words."""

from typing import Any

import orjson
import pytest

from tidings.sandbox.asked import PROJECT_CRITERIA, Refused, read_request


def read(criteria: dict[str, Any]) -> dict[str, Any]:
    body = orjson.dumps({"criteria": criteria})
    return dict(read_request(body, PROJECT_CRITERIA).criteria)


CONVERTING = "Error converting value {} to type '{}'."


@pytest.mark.parametrize(
    ("criteria", "words", "path"),
    [
        ({"fiscal_years": 2024}, CONVERTING.format(2024, "System.Int32[]"), "fiscal_years"),
        (
            {"advanced_text_search": "cancer"},
            CONVERTING.format('"cancer"', "System.Object"),
            "advanced_text_search",
        ),
        (
            {"advanced_text_search": {"search_text": ["cancer"]}},
            "Unexpected character encountered while parsing value: [.",
            "advanced_text_search.search_text",
        ),
        (
            {"date_added": {"from_date": "soon"}},
            "Could not convert string to DateTime: soon.",
            "date_added.from_date",
        ),
        (
            {"award_amount_range": {"min_amount": "much"}},
            "Could not convert string to integer: much.",
            "award_amount_range.min_amount",
        ),
        (
            {"spending_categories": {"values": ["x"]}},
            CONVERTING.format("['x']", "System.Int32[]"),
            "spending_categories.values",
        ),
        ({"pi_names": ["Smith"]}, CONVERTING.format("['Smith']", "System.Object[]"), "pi_names"),
    ],
)
def test_a_value_of_another_type_is_refused_with_its_path(
    criteria: dict[str, Any], words: str, path: str
) -> None:
    with pytest.raises(Refused) as refused:
        read(criteria)
    assert str(refused.value).startswith(f"{words} Path 'criteria.{path}', line 1, position ")


def test_a_single_value_in_the_place_of_an_array_is_refused_word_for_word() -> None:
    with pytest.raises(Refused) as refused:
        read({"funding_mechanism": "SBIR"})
    assert str(refused.value) == (
        "Error converting value \"SBIR\" to type 'System.String[]'. "
        "Path 'criteria.funding_mechanism', line 1, position 39."
    )


def test_the_place_is_that_where_the_wrong_value_ends() -> None:
    with pytest.raises(Refused, match="line 3, position 17"):
        read_request(
            b'{"criteria": {\n"award_amount_range": {\n"min_amount": "x"}}}', PROJECT_CRITERIA
        )


def test_what_can_be_meant_is_taken_for_it() -> None:
    assert read(
        {
            "fiscal_years": ["2024", 2025],
            "exclude_subprojects": "true",
            "award_amount_range": {"min_amount": "5", "max_amount": None},
            "ADVANCED_text_search": {"Search_Text": 7},
            "spending_categories": {"values": ["120"], "match_all": "true"},
            "agenciez": ["NCI"],
            "org_states": [],
        }
    ) == {
        "fiscal_years": [2024, 2025],
        "exclude_subprojects": True,
        "award_amount_range": {"min_amount": 5, "max_amount": None},
        "advanced_text_search": {"operator": "", "search_field": "", "search_text": "7"},
        "spending_categories": {"values": [120], "match_all": True},
    }
