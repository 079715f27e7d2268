"""What differs between two states of a study, and how a timeline tells it."""

from datetime import UTC, date, datetime
from typing import Any

from tidings.pages.comparison import differences, record_pairs
from tidings.pages.timeline import ALL_DIFFS, LONGEST_DIFF, days_of_changes
from tidings.pages.word_diff import Fate
from tidings.projects.models import Change, ChangeKind, Severity

SEEN = datetime(2026, 11, 23, 12, tzinfo=UTC)


def change(number: int = 1, **values: Any) -> Change:
    plain: dict[str, Any] = {
        "appl_id": number,
        "kind": ChangeKind.ABSTRACT_REWRITTEN,
        "severity": Severity.NOTABLE,
        "field": "abstract_text",
        "before": "We study old cells.",
        "after": "We study new cells.",
        "seen_at": SEEN,
    }
    return Change(**plain | values)


def test_fields_are_told_in_the_words_of_readers_those_they_know_first() -> None:
    found = differences(
        {"cong_dist": "AZ-01", "is_active": True, "award_amount": 5, "appl_id": 1},
        {"cong_dist": "AZ-02", "is_active": False, "award_amount": 6, "appl_id": 2},
    )
    assert [(one.label, one.was, one.now) for one in found] == [
        ("Money this year", "$5", "$6"),
        ("Status", "active", "not active"),
        ("Congressional district", "AZ-01", "AZ-02"),
    ]


def test_no_value_is_shown_as_a_program_writes_it() -> None:
    point = {"geo_lat_lon": {"lat": 33.6, "lon": -111.9}, "arra_funded": True}
    assert [one.now for one in differences({}, point)] == ["lat 33.6, lon -111.9", "yes"]
    assert [one.was for one in differences({}, point)] == ["none", "none"]


def test_texts_are_told_word_by_word_and_lists_item_by_item() -> None:
    found = differences(
        {"abstract_text": "We study old cells.", "terms": "<mice><old cells>"},
        {"abstract_text": "We study new cells.", "terms": "<new cells><mice>"},
    )
    told = {
        one.field: [piece for piece in one.pieces if piece.fate is not Fate.SAME] for one in found
    }
    assert told == {
        "abstract_text": [(Fate.GONE, "old"), (Fate.COME, "new")],
        "terms": [(Fate.GONE, "old cells"), (Fate.COME, "new cells")],
    }


def test_terms_that_a_record_holds_twice_are_told_once_unless_the_two_differ() -> None:
    before = {"pref_terms": "Mice;Old Cells", "terms": "<Mice><Old Cells>"}
    same = {"pref_terms": "Mice;New Cells", "terms": "<Mice><New Cells>"}
    assert [one.field for one in differences(before, same)] == ["pref_terms"]
    more = same | {"terms": "<Mice><New Cells><skin>"}
    assert [one.field for one in differences(before, more)] == ["pref_terms", "terms"]


def test_records_are_paired_and_one_that_was_not_there_has_no_version() -> None:
    before, after = {1: ("A-01", 1, "x"), 2: ("A-02", 1, "y")}, {1: ("A-01", 2, "z")}
    pairs = record_pairs(before, after | {2: ("A-02", 1, "y"), 3: ("A-03", 1, "w")})
    assert [(one.appl_id, one.was_version, one.now_version) for one in pairs] == [
        (1, 1, 2),
        (2, 1, 1),
        (3, 0, 1),
    ]


def test_a_timeline_goes_by_the_day_the_last_first_and_the_worst_of_a_day_first() -> None:
    cut = change(kind=ChangeKind.END_CUT, severity=Severity.CRITICAL, field="project_end_date")
    cut.before, cut.after = "2027-07-31", "2026-12-20"
    older = change(seen_at=datetime(2026, 11, 9, tzinfo=UTC))
    days = days_of_changes([older, change(), cut], {1: "A-01"})
    assert [(day.seen, day.before) for day in days] == [
        (date(2026, 11, 23), date(2026, 11, 22)),
        (date(2026, 11, 9), date(2026, 11, 8)),
    ]
    assert [told.line.kind for told in days[0].changes] == [
        ChangeKind.END_CUT,
        ChangeKind.ABSTRACT_REWRITTEN,
    ]
    assert [told.number for told in days[0].changes] == ["", ""]


def test_of_several_awards_each_change_names_its_own() -> None:
    days = days_of_changes([change(1), change(2)], {1: "A-01", 2: "A-02"})
    assert sorted(told.number for told in days[0].changes) == ["A-01", "A-02"]


def test_a_timeline_shows_the_words_that_changed_as_long_as_they_are_few() -> None:
    long = change(before="old " * 1000, after="new " * 1000)
    short = [change(before="old " * 300, after="new " * 300) for _ in range(9)]
    [day] = days_of_changes([long, *short], {1: "A-01"})
    sizes = [sum(len(piece.text) for piece in told.pieces) for told in day.changes]
    assert 0 < sum(sizes) <= ALL_DIFFS
    assert max(sizes) <= LONGEST_DIFF
    assert 0 in sizes
