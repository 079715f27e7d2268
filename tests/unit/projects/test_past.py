"""Awards and projects as they stood at a moment that has passed."""

from datetime import timedelta
from typing import Any

from conftest import NOW

from tidings.projects.codec import NO_DELTA, back_delta, pack
from tidings.projects.past import PastAward, Step, said_by

WEEK = timedelta(weeks=1)


def canonical(**fields: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "appl_id": 1,
        "project_num": "1R01CA000001-01",
        "award_type": "1",
        "fiscal_year": 2026,
        "project_title": "FIRST",
        "award_amount": 1000,
    }
    return plain | fields


def award(*versions: dict[str, Any], first_week: int = 0) -> PastAward:
    """Return an award that was seen in a new version each week."""
    steps = [
        Step(
            number + 1,
            NOW + (first_week + number) * WEEK,
            f"hash {number + 1}",
            back_delta(versions[number - 1], version) if number else NO_DELTA,
        )
        for number, version in enumerate(versions)
    ]
    return PastAward(versions[0]["appl_id"], 7, pack(versions[-1]), steps[::-1])


THREE = (canonical(), canonical(award_amount=2000), canonical(project_title="THIRD"))


def test_the_version_at_a_moment_is_the_last_one_seen_until_then() -> None:
    past = award(*THREE)
    moments = (NOW - WEEK / 7, NOW, NOW + WEEK - timedelta.resolution, NOW + WEEK, NOW + 9 * WEEK)
    assert [past.version_at(moment) for moment in moments] == [0, 1, 1, 2, 3]


def test_any_version_has_the_record_and_the_row_that_it_had_then() -> None:
    past = award(*THREE)
    assert [past.canonical(version) for version in (1, 2, 3)] == list(THREE)
    row = past.row(2)
    assert (row["amount"], row["version"], row["content_hash"]) == (2000, 2, "hash 2")
    assert (row["first_seen_at"], row["changed_at"]) == (NOW, NOW + WEEK)
    assert row["body"] == pack(THREE[1])


def test_a_project_is_spoken_for_by_the_award_that_stood_highest_then() -> None:
    old = award(canonical(project_title="OLD"), canonical(project_title="OLD, REVISED"))
    new = award(
        canonical(appl_id=2, fiscal_year=2027, award_type="5", project_title="NEW"), first_week=2
    )
    said = [said_by([old, new], NOW + weeks * WEEK) for weeks in (0, 1, 2)]
    assert [one and one["title"] for one in said] == ["OLD", "OLD, REVISED", "NEW"]
    assert [one and one["current_appl_id"] for one in said] == [1, 1, 2]


def test_a_project_says_nothing_before_it_was_known() -> None:
    assert said_by([award(*THREE)], NOW - WEEK) is None
