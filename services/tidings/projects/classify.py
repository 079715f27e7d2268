"""Names for what happened to an award between two versions, and how much it matters (pure).

Every differing field gets exactly one name. What has no meaning for a reader is COSMETIC: kept,
shown on request, never told.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tidings.projects.canonicalise import Canonical
from tidings.projects.diff import FieldChange, diff
from tidings.projects.folding import fold, words
from tidings.projects.models import SEVERITY_ORDER, ChangeKind, Severity
from tidings.projects.people import people_changed
from tidings.projects.reversals import amount_restored, end_restored, lapse_ended
from tidings.projects.verdict import COSMETIC, PastChange, Verdict

CUT_WITHIN = timedelta(days=14)
"""An end date moved to within two weeks of when it was seen is a cut, not a plan."""

SMALL_SHARE = 0.1
"""Below a tenth a changed amount is bookkeeping rather than news."""


@dataclass(frozen=True)
class Case:
    """What the rules may know beside the field itself.

    ``speaks``: whether this award speaks for its project now. ``past``: its earlier bad news.
    """

    before: Canonical
    after: Canonical
    seen_on: date
    speaks: bool = True
    past: Sequence[PastChange] = field(default=())


def classify(case: Case) -> tuple[tuple[FieldChange, Verdict], ...]:
    """Name every difference between the two versions of a case, most severe first.

    The same case gives the same names in the same order.
    """
    named = [(change, _verdict(change, case)) for change in diff(case.before, case.after)]
    return tuple(sorted(named, key=lambda pair: SEVERITY_ORDER.index(pair[1].severity)))


def _verdict(change: FieldChange, case: Case) -> Verdict:
    if always := ALWAYS.get(change.field):
        return always
    if by_values := BY_VALUES.get(change.field):
        return by_values(change.before, change.after)
    if by_case := BY_CASE.get(change.field):
        return by_case(change, case)
    return COSMETIC


def _end_date(change: FieldChange, case: Case) -> Verdict:
    if change.before is None or change.after is None:
        return _DATES
    before, after = date.fromisoformat(change.before), date.fromisoformat(change.after)
    if after > before:
        return end_restored(case.past, before, after) or _extended(before, after)
    if after <= case.seen_on + CUT_WITHIN:
        return Verdict(ChangeKind.END_CUT, Severity.CRITICAL)
    return Verdict(ChangeKind.SHORTENED, Severity.NOTABLE)


def _extended(before: date, after: date) -> Verdict:
    within_a_year = (after.year - 1, after.month, after.day) <= (
        before.year,
        before.month,
        before.day,
    )
    severity = Severity.INFO if within_a_year else Severity.NOTABLE
    return Verdict(ChangeKind.EXTENDED, severity)


def _amount(change: FieldChange, case: Case) -> Verdict:
    before, after = change.before, change.after
    if before is None:
        return Verdict(ChangeKind.AMOUNT_CHANGED, Severity.INFO)
    if after is None:
        return Verdict(ChangeKind.AMOUNT_CHANGED, Severity.NOTABLE)
    restored = amount_restored(case.past, before, after)
    return restored or Verdict(ChangeKind.AMOUNT_CHANGED, _amount_severity(before, after))


def _amount_severity(before: int, after: int) -> Severity:
    if after < before and (after <= 1 or after * 2 <= before):
        return Severity.CRITICAL
    small = abs(after - before) < SMALL_SHARE * abs(before)
    return Severity.INFO if small else Severity.NOTABLE


def _contact(before: str | None, after: str | None) -> Verdict:
    if fold(before) == fold(after):
        return COSMETIC
    return Verdict(ChangeKind.PI_CHANGED, Severity.NOTABLE)


def _people(change: FieldChange, case: Case) -> Verdict:
    names = (case.before.get("contact_pi_name"), case.after.get("contact_pi_name"))
    contact_says = fold(names[0]) != fold(names[1])
    if people_changed(change.before or [], change.after or [], without_contact=contact_says):
        return Verdict(ChangeKind.PI_CHANGED, Severity.INFO)
    return COSMETIC


def _organization(before: dict[str, Any] | None, after: dict[str, Any] | None) -> Verdict:
    if _org_name(before) == _org_name(after):
        return COSMETIC
    return Verdict(ChangeKind.ORGANIZATION_CHANGED, Severity.NOTABLE)


def _org_name(organization: dict[str, Any] | None) -> str:
    return fold((organization or {}).get("org_name"))


def _text(change: FieldChange, case: Case) -> Verdict:
    before, after = words(change.before), words(change.after)
    if before == after:
        return COSMETIC
    # Some records carry their own title as the text until the real one arrives.
    if not before or before == words(case.before.get("project_title")):
        return Verdict(ChangeKind.FIRST_ABSTRACT, Severity.INFO)
    return Verdict(ChangeKind.ABSTRACT_REWRITTEN, Severity.INFO)


def _activity(change: FieldChange, case: Case) -> Verdict:
    if change.after:
        return lapse_ended(case.past) or COSMETIC
    # Every year's award lapses in time; that is news only while no newer one speaks.
    lapsed = change.before is True and change.after is False and case.speaks
    return Verdict(ChangeKind.WENT_INACTIVE, Severity.INFO) if lapsed else COSMETIC


_DATES = Verdict(ChangeKind.DATES_CHANGED, Severity.INFO)

ALWAYS = {
    "budget_end": _DATES,
    "budget_start": _DATES,
    "project_start_date": _DATES,
    "project_title": Verdict(ChangeKind.TITLE_CHANGED, Severity.INFO),
}
BY_VALUES: dict[str, Callable[[Any, Any], Verdict]] = {
    "contact_pi_name": _contact,
    "organization": _organization,
}
BY_CASE: dict[str, Callable[[FieldChange, Case], Verdict]] = {
    "abstract_text": _text,
    "award_amount": _amount,
    "is_active": _activity,
    "phr_text": _text,
    "principal_investigators": _people,
    "project_end_date": _end_date,
}
"""These three tables name every field that means something to a reader."""
