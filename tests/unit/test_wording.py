"""The change line: the same words, marks and tones for the same change, everywhere."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tidings.projects.models import Change, ChangeKind, Severity
from tidings.projects.names import person, title_case
from tidings.projects.wording import HEADLINES, change_line, headline, worst_first

SEEN = datetime(2026, 3, 30, tzinfo=UTC)


def change(
    kind: ChangeKind,
    field: str,
    before: Any = None,
    after: Any = None,
    severity: Severity = Severity.NOTABLE,
) -> Change:
    return Change(
        project_id=1,
        appl_id=1,
        version=2,
        sweep_id=1,
        kind=kind,
        severity=severity,
        field=field,
        before=before,
        after=after,
        seen_at=SEEN,
    )


END_CUT = change(
    ChangeKind.END_CUT, "project_end_date", "2027-07-31", "2025-03-21", Severity.CRITICAL
)


def test_a_cut_is_said_with_its_day_and_without_a_reason() -> None:
    line = change_line(END_CUT)
    assert (line.mark, line.tone, line.label) == ("▼", "bad", "End date")
    assert (line.was, line.now) == ("31 Jul 2027", "21 Mar 2025")
    assert line.dated is not None
    assert line.dated.isoformat() == "2025-03-21"
    assert line.explanation.startswith("RePORTER does not say why.")


@pytest.mark.parametrize(
    ("row", "mark", "tone", "was", "now"),
    [
        (
            change(ChangeKind.EXTENDED, "project_end_date", "2026-01-31", "2027-01-31"),
            *("▲", "accent", "31 Jan 2026", "31 Jan 2027"),
        ),
        (
            change(ChangeKind.REVERSED, "project_end_date", "2026-01-31", "2027-01-31"),
            *("↺", "accent", "31 Jan 2026", "31 Jan 2027"),
        ),
        (
            change(ChangeKind.AMOUNT_CHANGED, "award_amount", 500_000, 250_000),
            *("▼", "bad", "$500,000", "$250,000"),
        ),
        (
            change(ChangeKind.AMOUNT_CHANGED, "award_amount", None, 250_000),
            *("▲", "accent", "none", "$250,000"),
        ),
        (
            change(ChangeKind.PI_CHANGED, "contact_pi_name", "WU, BOGANG ", "GARCÍA, ANA"),
            *("✎", "plain", "Bogang Wu", "Ana García"),
        ),
        (
            change(ChangeKind.WENT_INACTIVE, "is_active", after=False, before=True),
            *("▼", "bad", "active", "not active"),
        ),
        (
            change(ChangeKind.FIRST_ABSTRACT, "abstract_text", None, "two words"),
            *("+", "new", "", "first published, 2 words"),
        ),
        (
            change(ChangeKind.ABSTRACT_REWRITTEN, "abstract_text", "a b c d", "a b c e"),
            *("✎", "plain", "", "reworded, 25 % changed"),
        ),
    ],
)
def test_a_change_has_a_mark_a_tone_and_words(
    row: Change, mark: str, tone: str, was: str, now: str
) -> None:
    line = change_line(row)
    assert (line.mark, line.tone, line.was, line.now) == (mark, tone, was, now)


def test_the_headline_is_the_worst_and_counts_the_other_kinds() -> None:
    money = change(ChangeKind.AMOUNT_CHANGED, "award_amount", 2, 1, Severity.INFO)
    assert worst_first([money, END_CUT]) == [END_CUT, money]
    assert headline([money, END_CUT]) == "end date moved earlier, and 1 more"
    assert headline([END_CUT]) == "end date moved earlier"
    assert headline([]) == "new study"


def test_every_kind_has_a_headline() -> None:
    assert set(HEADLINES) == set(ChangeKind)


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("MAYO CLINIC ARIZONA", "Mayo Clinic Arizona"),
        ("UNIVERSITY OF CALIFORNIA, LA JOLLA", "University of California, La Jolla"),
        ("CHILDREN'S HOSPITAL OF PHILADELPHIA", "Children's Hospital of Philadelphia"),
        ("MCGILL UNIVERSITY", "McGill University"),
        ("NYU LANGONE", "NYU Langone"),
        ("Duke University", "Duke University"),
        ("", ""),
    ],
)
def test_names_in_capitals_are_written_as_one_writes_them(given: str, written: str) -> None:
    assert title_case(given) == written


def test_a_person_is_named_first_name_first() -> None:
    assert person("O'NEIL, MARY ANN ") == "Mary Ann O'Neil"
    assert person("MADONNA") == "Madonna"
