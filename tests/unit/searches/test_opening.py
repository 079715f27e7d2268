"""From a search of ours to the same one at RePORTER, by hand or by its API."""

from datetime import date

import orjson

from tidings.searches.grammar import parse
from tidings.searches.opening import SEARCH_FORM, Opening, open_in_reporter


def opened(text: str) -> Opening:
    return open_in_reporter(parse(text), today=date(2026, 11, 23))


def test_a_reader_is_given_a_text_to_paste_and_what_to_choose_beside_it() -> None:
    found = opened('"breast cancer" title:trop2 state:AZ fy>=2026 amount>5 ic:NCI pi:wu')
    assert found.url == SEARCH_FORM
    assert found.text == '"breast cancer" AND trop2'
    for note in (
        "Text search: the logic is Advanced, in title, abstract, terms.",
        "State: AZ.",
        "Fiscal year: 2026, 2027.",
        "Award amount in dollars: from 6.",
        "Agency/Institute/Center, as administering: NCI.",
        "Principal investigator: wu.",
    ):
        assert note in found.notes
    assert any(note.startswith("RePORTER finds more: title:trop2: ") for note in found.notes)
    assert any(note.startswith("RePORTER may differ: “trop2”: ") for note in found.notes)


def test_the_body_is_a_request_for_projects() -> None:
    body = orjson.loads(opened("title:trop2 end<2026-01-01 project:CA286969").body_json)
    assert body == {
        "criteria": {
            "advanced_text_search": {
                "operator": "advanced",
                "search_field": "projecttitle",
                "search_text": "trop2",
            },
            "project_end_date": {"to_date": "2025-12-31"},
            "project_num_split": {"ic_code": "CA", "serial_num": "286969"},
        },
        "offset": 0,
        "limit": 500,
        "sort_field": "appl_id",
        "sort_order": "asc",
    }


def test_what_is_chosen_for_ranges_and_numbers_is_said_with_both_ends() -> None:
    notes = opened("start>=2025-01-01 start<2026-01-01 project:CA286969").notes
    assert "Project start date: from 2025-01-01 to 2025-12-31." in notes
    assert "Project number: *CA286969*." in notes


def test_without_words_there_is_nothing_to_paste() -> None:
    found = opened("state:AZ OR state:CA")
    assert (found.url, found.text, found.notes) == (SEARCH_FORM, "", ("State: AZ, CA.",))


def test_where_nothing_can_be_asked_there_is_no_link_and_no_body() -> None:
    found = opened("change:end_cut")
    assert (found.url, found.text, found.body_json) == ("", "", "")
    assert found.notes[0] == "Nothing of this search can be asked of RePORTER."
    assert "does not say what changed" in found.notes[1]
