"""Every change is told in plain words, with a mark, and the same everywhere."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.projects.models import Change, ChangeKind, Severity
from tidings.projects.names import person, title_case
from tidings.projects.wording import (
    HEADLINES,
    LABELS,
    ChangeLine,
    Tone,
    change_line,
    headline,
    label_of,
    worst_first,
)

SEEN = datetime(2026, 3, 30, 6, tzinfo=UTC)
END = "project_end_date"
MONEY = "award_amount"


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


def line(kind: ChangeKind, field: str, before: Any = None, after: Any = None) -> ChangeLine:
    return change_line(change(kind, field, before, after))


def test_a_cut_says_from_when_to_when_and_that_nobody_knows_why() -> None:
    told = line(ChangeKind.END_CUT, END, "2027-07-31", "2026-03-21")
    assert (told.mark, told.tone, told.label) == ("▼", "bad", "End date")
    assert (told.was, told.now) == ("31 Jul 2027", "21 Mar 2026")
    assert (told.dated, told.seen) == (date(2026, 3, 21), date(2026, 3, 30))
    assert told.explanation == (
        "RePORTER does not say why. Common reasons: early end, transfer, correction. "
        "About 1 in 20 such changes were later undone."
    )


@pytest.mark.parametrize(
    ("kind", "field", "before", "after", "mark", "tone"),
    [
        (ChangeKind.EXTENDED, END, "2026-01-01", "2027-01-01", "▲", "accent"),
        (ChangeKind.SHORTENED, END, "2029-01-01", "2028-01-01", "▼", "bad"),
        (ChangeKind.REVERSED, END, "2026-02-01", "2029-06-30", "↺", "accent"),
        (ChangeKind.DATES_CHANGED, END, "2027-07-31", None, "▼", "plain"),
        (ChangeKind.DATES_CHANGED, END, None, "2027-07-31", "▲", "plain"),
        (ChangeKind.AMOUNT_CHANGED, MONEY, 498_000, 249_000, "▼", "bad"),
        (ChangeKind.AMOUNT_CHANGED, MONEY, 249_000, 498_000, "▲", "accent"),
        (ChangeKind.AMOUNT_CHANGED, MONEY, None, 250_000, "▲", "accent"),
        (ChangeKind.PI_CHANGED, "contact_pi_name", "WU, BOGANG ", "GARCÍA, ANA", "✎", "plain"),
        (ChangeKind.NEW_PROJECT, "award", None, 12345, "+", "new"),
        (ChangeKind.NEXT_YEAR_FUNDED, "award", None, 12345, "+", "accent"),
        (ChangeKind.MISSING, "award", 12345, None, "▼", "bad"),
        (ChangeKind.RETURNED, "award", None, 12345, "↺", "accent"),
        (ChangeKind.WENT_INACTIVE, "is_active", True, False, "▼", "bad"),
        (ChangeKind.FIRST_ABSTRACT, "abstract_text", None, "one two", "+", "new"),
        (ChangeKind.ABSTRACT_REWRITTEN, "abstract_text", "one", "two", "✎", "plain"),
        (ChangeKind.TITLE_CHANGED, "project_title", "One", "Two", "✎", "plain"),
    ],
)
def test_the_mark_and_the_tone_say_which_way_it_went(
    kind: ChangeKind, field: str, before: Any, after: Any, mark: str, tone: Tone
) -> None:
    told = line(kind, field, before, after)
    assert (told.mark, told.tone) == (mark, tone)


@pytest.mark.parametrize(
    ("field", "before", "after", "was", "now"),
    [
        (MONEY, 498_000, None, "$498,000", "none"),
        (MONEY, None, 250_000, "none", "$250,000"),
        ("contact_pi_name", "WU, BOGANG ", "GARCÍA, ANA", "Bogang Wu", "Ana García"),
        (END, None, "2027-01-02", "none", "2 Jan 2027"),
        ("is_active", True, False, "active", "not active"),
        ("contact_pi_name", "WU, BOGANG ", "MCDONALD, ANNE", "Bogang Wu", "Anne McDonald"),
        ("organization", {"org_name": "MAYO CLINIC"}, {}, "Mayo Clinic", "none"),
        (
            "principal_investigators",
            [{"full_name": "Bogang  Wu"}],
            [{"full_name": "Bogang  Wu"}, {"last_name": "LI"}],
            "Bogang Wu",
            "Bogang Wu, Li",
        ),
        ("agency_ic_admin", {"name": "NCI", "code": "CA"}, {"abbreviation": "NIA"}, "NCI", "NIA"),
        ("spending_categories_desc", ["Aging"], ["Aging", "Cancer"], "Aging", "Aging, Cancer"),
        ("abstract_text", "a b c d", "a b c e", "", "reworded, 25 % changed"),
        ("abstract_text", "a b c d", "a b c  d", "", "reworded, 1 % changed"),
        ("abstract_text", None, "a b c d", "", "first published, 4 words"),
        ("phr_text", "a b c d", None, "", "removed"),
        ("award", None, 12345, "", "RePORTER record 12345"),
        ("award", 12345, None, "", ""),
    ],
)
def test_values_are_written_as_readers_write_them(
    field: str, before: Any, after: Any, was: str, now: str
) -> None:
    told = line(ChangeKind.COSMETIC, field, before, after)
    assert (told.was, told.now) == (was, now)


@pytest.mark.parametrize("kind", list(ChangeKind))
def test_every_kind_has_a_headline_of_facts_in_small_letters(kind: ChangeKind) -> None:
    assert HEADLINES[kind].startswith(HEADLINES[kind][0].lower())
    assert headline([change(kind, "award")]) == HEADLINES[kind]


@pytest.mark.parametrize("kind", list(ChangeKind))
def test_no_change_is_without_a_mark_and_a_name(kind: ChangeKind) -> None:
    for field in (*LABELS, "some_new_field"):
        told = line(kind, field)
        assert told.mark in "▲▼+↺✎"
        assert told.label[0].isupper()
        assert "_" not in told.label


def test_only_a_cut_is_dated() -> None:
    assert line(ChangeKind.EXTENDED, END, "2026-01-01", "2027-01-01").dated is None
    assert line(ChangeKind.END_CUT, END, "2026-01-01", None).dated is None


def test_the_worst_change_is_told_first_and_the_others_are_counted() -> None:
    cut = change(ChangeKind.END_CUT, END, severity=Severity.CRITICAL)
    money = change(ChangeKind.AMOUNT_CHANGED, MONEY)
    title = change(ChangeKind.TITLE_CHANGED, "project_title", severity=Severity.INFO)
    assert worst_first([title, money, cut]) == [cut, money, title]
    assert headline([title, money, cut]) == "end date moved earlier, and 2 more"
    assert headline([title, title]) == "title changed"


def test_a_study_that_a_search_found_without_a_change_is_new() -> None:
    assert headline([]) == "new study"


def test_a_field_that_we_do_not_know_is_named_by_its_own_words() -> None:
    assert label_of("covid_response") == "Covid response"


@pytest.mark.parametrize(
    ("capitals", "written"),
    [
        ("UNIVERSITY OF CALIFORNIA, SAN FRANCISCO", "University of California, San Francisco"),
        ("ST. JUDE CHILDREN'S RESEARCH HOSPITAL", "St. Jude Children's Research Hospital"),
        ("SUNY AT BUFFALO", "SUNY at Buffalo"),
        ("THE JACKSON LABORATORY", "The Jackson Laboratory"),
        ("MAYO CLINIC ARIZONA", "Mayo Clinic Arizona"),
        ("UNIVERSITY OF CALIFORNIA, LA JOLLA", "University of California, La Jolla"),
        ("CHILDREN'S HOSPITAL OF PHILADELPHIA", "Children's Hospital of Philadelphia"),
        ("NYU LANGONE", "NYU Langone"),
        ("MCMASTER UNIVERSITY", "McMaster University"),
        ("O'BRIEN, CONOR", "O'Brien, Conor"),
        ("UNIVERSITÉ DE MONTRÉAL", "Université de Montréal"),
        ("Mayo Clinic ARIZONA", "Mayo Clinic ARIZONA"),
        ("", ""),
    ],
)
def test_names_in_capitals_become_names(capitals: str, written: str) -> None:
    assert title_case(capitals) == written


@pytest.mark.parametrize(
    ("listed", "written"),
    [
        ("WU, BOGANG ", "Bogang Wu"),
        ("VAN DER BERG, ANNA  MARIA", "Anna Maria Van Der Berg"),
        ("SMITH-JONES, A.", "A. Smith-Jones"),
        ("O'NEIL, MARY ANN ", "Mary Ann O'Neil"),
        ("CHER", "Cher"),
        ("", ""),
    ],
)
def test_people_are_named_first_name_first(listed: str, written: str) -> None:
    assert person(listed) == written


@given(st.text(st.characters(codec="ascii")))
def test_a_name_keeps_its_letters_and_loses_only_its_capitals(text: str) -> None:
    assert title_case(text).casefold().split() == text.casefold().split()


@given(st.text())
def test_no_name_breaks_the_wording(text: str) -> None:
    assert "  " not in person(text)


def test_new_papers_are_counted_and_the_first_few_named() -> None:
    two = line(ChangeKind.NEW_PUBLICATION, "publications.7", None, [39, 40])
    assert (two.mark, two.label, two.was) == ("+", "Papers", "")
    assert two.now == "2 new papers (PMID 39, 40)"
    many = line(ChangeKind.NEW_PUBLICATION, "publications.7", None, [1, 2, 3, 4])
    assert many.now == "4 new papers (PMID 1, 2, 3, …)"
