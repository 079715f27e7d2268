"""Every difference gets one kind and one severity."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.projects.canonicalise import FIELDS
from tidings.projects.classify import Case, classify
from tidings.projects.diff import diff
from tidings.projects.models import SEVERITY_ORDER, ChangeKind, Severity
from tidings.projects.verdict import PastChange, Verdict

SEEN_ON = date(2025, 3, 24)
ACTIVE, LAPSED = True, False


def verdict(
    field: str, before: Any, after: Any, *, past: tuple[PastChange, ...] = (), speaks: bool = True
) -> Verdict:
    case = Case(
        {} if before is None else {field: before},
        {} if after is None else {field: after},
        seen_on=SEEN_ON,
        speaks=speaks,
        past=past,
    )
    ((change, named),) = classify(case)
    assert change.field == field
    return named


def bad_news(kind: ChangeKind, before: Any, after: Any, *, number: int = 7) -> PastChange:
    return PastChange(number, kind, Severity.CRITICAL, "any", before, after)


@pytest.mark.parametrize(
    ("before", "after", "kind", "severity"),
    [
        ("2025-09-19", "2026-09-19", ChangeKind.EXTENDED, Severity.INFO),
        ("2025-09-19", "2026-09-20", ChangeKind.EXTENDED, Severity.NOTABLE),
        ("2024-02-29", "2025-02-28", ChangeKind.EXTENDED, Severity.INFO),
        ("2027-07-31", "2025-03-21", ChangeKind.END_CUT, Severity.CRITICAL),
        ("2027-07-31", "2025-04-07", ChangeKind.END_CUT, Severity.CRITICAL),
        ("2027-07-31", "2025-04-08", ChangeKind.SHORTENED, Severity.NOTABLE),
        ("2027-07-31", None, ChangeKind.DATES_CHANGED, Severity.INFO),
        (None, "2027-07-31", ChangeKind.DATES_CHANGED, Severity.INFO),
    ],
)
def test_an_end_date_is_named_by_where_it_moved(
    before: str | None, after: str | None, kind: ChangeKind, severity: Severity
) -> None:
    assert verdict("project_end_date", before, after) == Verdict(kind, severity)


@pytest.mark.parametrize("after", ["2027-07-31", "2028-07-31", "2026-07-31"])
def test_an_end_date_that_undoes_half_a_cut_or_more_is_a_reversal_of_it(after: str) -> None:
    cut = bad_news(ChangeKind.END_CUT, "2027-07-31", "2025-03-21")

    assert verdict("project_end_date", "2025-03-21", after, past=(cut,)) == Verdict(
        ChangeKind.REVERSED, Severity.CRITICAL, cut.id
    )


def test_a_few_months_after_a_cut_are_an_extension() -> None:
    cut = bad_news(ChangeKind.END_CUT, "2027-07-31", "2025-03-21")

    assert verdict("project_end_date", "2025-03-21", "2025-09-30", past=(cut,)) == Verdict(
        ChangeKind.EXTENDED, Severity.INFO
    )


def test_an_extension_beyond_what_was_cut_long_ago_is_no_reversal() -> None:
    cut = bad_news(ChangeKind.SHORTENED, "2027-07-31", "2026-07-31")

    named = verdict("project_end_date", "2027-07-31", "2028-07-31", past=(cut,))

    assert named.kind is ChangeKind.EXTENDED


def test_of_two_cuts_the_newest_that_is_undone_is_named() -> None:
    first = bad_news(ChangeKind.SHORTENED, "2028-07-31", "2026-07-31", number=1)
    second = bad_news(ChangeKind.END_CUT, "2026-07-31", "2025-03-21", number=2)

    named = verdict("project_end_date", "2025-03-21", "2028-07-31", past=(first, second))

    assert named.reverses_id == second.id


@pytest.mark.parametrize(
    ("before", "after", "severity"),
    [
        (100_000, 109_999, Severity.INFO),
        (100_000, 110_000, Severity.NOTABLE),
        (100_000, 90_001, Severity.INFO),
        (100_000, 50_001, Severity.NOTABLE),
        (100_000, 50_000, Severity.CRITICAL),
        (100_000, 1, Severity.CRITICAL),
        (2, 1, Severity.CRITICAL),
        (0, 5, Severity.NOTABLE),
        (None, 5, Severity.INFO),
        (5, None, Severity.NOTABLE),
    ],
)
def test_an_amount_weighs_by_its_share(
    before: int | None, after: int | None, severity: Severity
) -> None:
    assert verdict("award_amount", before, after) == Verdict(ChangeKind.AMOUNT_CHANGED, severity)


def test_an_amount_that_comes_back_after_a_cut_is_a_reversal() -> None:
    cut = bad_news(ChangeKind.AMOUNT_CHANGED, 400_000, 1)

    assert verdict("award_amount", 1, 390_000, past=(cut,)) == Verdict(
        ChangeKind.REVERSED, Severity.CRITICAL, cut.id
    )


def test_a_lapse_is_told_of_the_award_that_speaks_and_of_no_older_one() -> None:
    inactive = Verdict(ChangeKind.WENT_INACTIVE, Severity.INFO)

    assert verdict("is_active", ACTIVE, LAPSED) == inactive
    assert verdict("is_active", ACTIVE, LAPSED, speaks=False).kind is ChangeKind.COSMETIC
    assert verdict("is_active", ACTIVE, None).kind is ChangeKind.COSMETIC


def test_active_again_is_told_to_those_who_were_told_of_the_lapse() -> None:
    lapse = bad_news(ChangeKind.WENT_INACTIVE, ACTIVE, LAPSED)

    assert verdict("is_active", LAPSED, ACTIVE).kind is ChangeKind.COSMETIC
    assert verdict("is_active", LAPSED, ACTIVE, past=(lapse,)) == Verdict(
        ChangeKind.REVERSED, Severity.INFO, lapse.id
    )


@pytest.mark.parametrize(
    ("field", "before", "after", "kind"),
    [
        ("contact_pi_name", "ZHANG, YUN", "Zhang,Yun", ChangeKind.COSMETIC),
        ("contact_pi_name", "ZHANG, YUN", "DUPONT, C", ChangeKind.PI_CHANGED),
        (
            "organization",
            {"org_name": "MAYO CLINIC"},
            {"org_name": "Mayo  Clinic"},
            ChangeKind.COSMETIC,
        ),
        (
            "organization",
            {"org_name": "A", "dept_type": "X"},
            {"org_name": "A"},
            ChangeKind.COSMETIC,
        ),
        ("organization", {"org_name": "A"}, {"org_name": "B"}, ChangeKind.ORGANIZATION_CHANGED),
        ("organization", None, {"org_name": "B"}, ChangeKind.ORGANIZATION_CHANGED),
        ("project_title", "Old", "New", ChangeKind.TITLE_CHANGED),
        ("abstract_text", None, "We test.", ChangeKind.FIRST_ABSTRACT),
        ("phr_text", None, "We test.", ChangeKind.FIRST_ABSTRACT),
        ("abstract_text", "We test.", "we\ntest", ChangeKind.COSMETIC),
        ("abstract_text", "We test.", "We build.", ChangeKind.ABSTRACT_REWRITTEN),
        ("phr_text", "We test.", None, ChangeKind.ABSTRACT_REWRITTEN),
        ("budget_end", "2025-01-01", "2026-01-01", ChangeKind.DATES_CHANGED),
        ("budget_start", "2025-01-01", None, ChangeKind.DATES_CHANGED),
        ("project_start_date", None, "2026-01-01", ChangeKind.DATES_CHANGED),
    ],
)
def test_a_field_is_named_by_what_a_reader_would_see(
    field: str, before: Any, after: Any, kind: ChangeKind
) -> None:
    assert verdict(field, before, after).kind is kind


def test_a_title_that_stood_for_the_text_gives_way_to_a_first_text() -> None:
    before = {"project_title": "Cells & time", "abstract_text": '"Cells & Time"'}

    ((_, named),) = classify(Case(before, {**before, "abstract_text": "We test."}, SEEN_ON))

    assert named.kind is ChangeKind.FIRST_ABSTRACT


MEANINGFUL = {
    "abstract_text",
    "award_amount",
    "budget_end",
    "budget_start",
    "contact_pi_name",
    "is_active",
    "organization",
    "phr_text",
    "principal_investigators",
    "project_end_date",
    "project_start_date",
    "project_title",
}


@pytest.mark.parametrize("field", sorted(FIELDS - MEANINGFUL))
def test_a_field_without_a_readers_meaning_is_cosmetic_and_quiet(field: str) -> None:
    assert verdict(field, "a", "b") == Verdict(ChangeKind.COSMETIC, Severity.QUIET)


def person(
    number: int | None, name: str, *, contact: bool = False, title: str = ""
) -> dict[str, Any]:
    known = {} if number is None else {"profile_id": number}
    return {**known, "full_name": name, "is_contact_pi": contact, "title": title}


def people_verdict(
    before: list[Any], after: list[Any], *, contacts: tuple[str, str] = ("WU, B", "WU, B")
) -> ChangeKind:
    case = Case(
        {"contact_pi_name": contacts[0], "principal_investigators": before},
        {"contact_pi_name": contacts[1], "principal_investigators": after},
        SEEN_ON,
    )
    named = {change.field: found for change, found in classify(case)}
    return named["principal_investigators"].kind


@pytest.mark.parametrize(
    "after",
    [
        [person(1, "Bogang Wu", title="PROFESSOR")],
        [person(1, "BOGANG  WU")],
        [person(None, "bogang wu")],
    ],
    ids=["a title", "a spelling", "a number lost"],
)
def test_the_same_people_otherwise_written_are_cosmetic(after: list[Any]) -> None:
    assert people_verdict([person(1, "Bogang Wu")], after) is ChangeKind.COSMETIC


def test_somebody_who_joins_or_leaves_is_a_change_of_investigators() -> None:
    one, both = [person(1, "B Wu")], [person(1, "B Wu"), person(2, "Y Zhang")]

    assert people_verdict(one, both) is ChangeKind.PI_CHANGED
    assert people_verdict(both, one) is ChangeKind.PI_CHANGED


def test_what_the_contacts_own_change_says_is_not_said_twice() -> None:
    before, after = [person(1, "B Wu", contact=True)], [person(2, "Y Zhang", contact=True)]
    contacts = ("WU, B", "ZHANG, Y")

    assert people_verdict(before, after, contacts=contacts) is ChangeKind.COSMETIC
    assert (
        people_verdict(before, [*after, person(3, "C Dupont")], contacts=contacts)
        is ChangeKind.PI_CHANGED
    )


DATES = st.dates(date(2000, 1, 1), date(2099, 12, 31)).map(date.isoformat)
CANONICALS = st.fixed_dictionaries(
    {},
    optional={
        "project_end_date": DATES,
        "award_amount": st.integers(0, 10**7),
        "is_active": st.booleans(),
        "project_title": st.text(max_size=5),
        "abstract_text": st.text(max_size=5),
        "terms": st.text(max_size=5),
        "contact_pi_name": st.text(max_size=5),
    },
)


@given(CANONICALS, CANONICALS, st.dates())
def test_every_difference_is_named_exactly_once_most_severe_first(
    before: dict[str, Any], after: dict[str, Any], seen_on: date
) -> None:
    named = classify(Case(before, after, seen_on))

    assert sorted(change.field for change, _ in named) == [c.field for c in diff(before, after)]
    ranks = [SEVERITY_ORDER.index(found.severity) for _, found in named]
    assert ranks == sorted(ranks)
    assert all(
        (found.kind is ChangeKind.COSMETIC) == (found.severity is Severity.QUIET)
        for _, found in named
    )
