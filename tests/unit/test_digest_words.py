"""The words that stand for a mail in a list of mails."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.notices.digest_words import (
    MOST_OF_PREHEADER,
    MOST_OF_SUBJECT,
    digest_subject,
    preheader,
)
from tidings.projects.models import Change, ChangeKind, Severity
from tidings.rendering.speech import ENGLISH, LANGUAGES, Speech

SPANISH = Speech("es")
counts = st.integers(0, 100_000)


def change(kind: ChangeKind, field: str, before: Any, after: Any) -> Change:
    return Change(
        project_id=1,
        appl_id=1,
        version=2,
        sweep_id=1,
        kind=kind,
        severity=Severity.CRITICAL,
        field=field,
        before=before,
        after=after,
        seen_at=datetime(2026, 3, 30, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("told", "speech", "subject"),
    [
        ((3, 2, 12), ENGLISH, "3 changes, 12 studies found"),
        ((1, 1, 1), ENGLISH, "1 change, 1 study found"),
        ((3, 2, 0), ENGLISH, "3 changes in 2 studies you follow"),
        ((1, 1, 0), ENGLISH, "1 change in 1 study you follow"),
        ((0, 0, 1), ENGLISH, "1 study found by your searches"),
        ((0, 0, 1481), ENGLISH, "1,481 studies found by your searches"),
        ((3, 2, 12), SPANISH, "3 cambios, 12 estudios encontrados"),
        ((1, 1, 0), SPANISH, "1 cambio en 1 estudio que sigue"),
    ],
)
def test_a_subject_says_how_much_there_is(
    told: tuple[int, int, int], speech: Speech, subject: str
) -> None:
    assert digest_subject(*told, (), speech) == subject


def test_searches_are_named_as_long_as_there_is_room() -> None:
    names = ["lung cancer", "asthma", "a search with a name that is far too long to have room"]
    assert digest_subject(3, 2, 12, names, ENGLISH) == (
        "3 changes, 12 studies found: lung cancer, asthma"
    )
    assert digest_subject(3, 2, 12, names[2:], ENGLISH) == "3 changes, 12 studies found"


@given(counts, counts, counts, st.lists(st.text()), st.sampled_from(sorted(LANGUAGES)))
def test_no_subject_is_longer_than_a_phone_shows(
    changes: int, changed: int, found: int, names: list[str], language: str
) -> None:
    assert len(digest_subject(changes, changed, found, names, Speech(language))) <= MOST_OF_SUBJECT


def test_the_worst_change_stands_behind_the_subject_with_its_values() -> None:
    cut = change(ChangeKind.END_CUT, "project_end_date", "2027-07-31", "2025-03-21")
    title = change(ChangeKind.TITLE_CHANGED, "project_title", "One", "Two")
    assert preheader([title, cut], ENGLISH) == "End date: was 31 Jul 2027, now 21 Mar 2025."
    assert preheader([], ENGLISH) == ""


@pytest.mark.parametrize(
    ("field", "before", "after"),
    [
        ("project_title", "A cancer of the lung", "Another cancer of the lung"),
        ("organization", {"org_name": "CANCER INSTITUTE"}, {"org_name": "CANCER CENTER"}),
        ("terms", ["cancer"], ["lung"]),
    ],
)
def test_what_tells_of_a_condition_does_not(field: str, before: Any, after: Any) -> None:
    told = preheader([change(ChangeKind.TITLE_CHANGED, field, before, after)], ENGLISH, "More.")
    assert told == "Title changed. More."


def test_a_short_one_is_filled_up_with_what_is_known_of_why() -> None:
    lapse = change(ChangeKind.WENT_INACTIVE, "is_active", before=True, after=False)
    told = preheader([lapse], ENGLISH)
    assert told.startswith("Status: was active, now not active. Its budget period")
    assert len(told) <= MOST_OF_PREHEADER
