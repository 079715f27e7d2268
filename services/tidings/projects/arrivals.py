"""What it means that an award is new (pure)."""

from collections.abc import Sequence

from tidings.projects.identity import SUPPLEMENT, Standing
from tidings.projects.models import ChangeKind, Severity
from tidings.projects.verdict import COSMETIC, Verdict

_NEXT_YEAR = Verdict(ChangeKind.NEXT_YEAR_FUNDED, Severity.INFO)
_RENEWED = Verdict(ChangeKind.RENEWED, Severity.NOTABLE)
_TRANSFERRED = Verdict(ChangeKind.TRANSFERRED, Severity.NOTABLE)

BY_TYPE = {
    "2": _RENEWED,
    SUPPLEMENT: Verdict(ChangeKind.SUPPLEMENT, Severity.INFO),
    "4": _NEXT_YEAR,
    "5": _NEXT_YEAR,
    "6": _TRANSFERRED,
    "7": _TRANSFERRED,
    "8": _NEXT_YEAR,
    "9": _RENEWED,
}
"""Application types, as RePORTER documents them."""


def arrival(new: Standing, known: Sequence[Standing]) -> Verdict:
    """Name the arrival of an award, given the awards of its project known before it.

    No news are components, which their award speaks for; a number that is known already; and an
    award of an older year than the project has, which only our scope made new.
    """
    whole = [award for award in known if not award.is_component]
    if new.is_component:
        return COSMETIC
    if not whole:
        return Verdict(ChangeKind.NEW_PROJECT, Severity.NOTABLE)
    newest = max(award.year for award in whole)
    if new.year < newest or any(award.project_num == new.project_num for award in whole):
        return COSMETIC
    unknown_type = _NEXT_YEAR if new.year > newest else COSMETIC
    return BY_TYPE.get(new.digit, unknown_type)
