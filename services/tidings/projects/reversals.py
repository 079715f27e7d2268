"""Which bad news a change takes back (pure)."""

from collections.abc import Sequence
from datetime import date

from tidings.projects.models import ChangeKind, Severity
from tidings.projects.verdict import PastChange, Verdict

_END_CUTS = frozenset({ChangeKind.END_CUT, ChangeKind.SHORTENED})


def end_restored(past: Sequence[PastChange], before: date, after: date) -> Verdict | None:
    """Return the verdict on a later end date that undoes a cut of it, else None."""
    cuts = [change for change in past if change.kind in _END_CUTS]
    return _restored(
        [(cut, _day(cut.before), _day(cut.after)) for cut in cuts],
        before.toordinal(),
        after.toordinal(),
    )


def amount_restored(past: Sequence[PastChange], before: int, after: int) -> Verdict | None:
    """Return the verdict on a higher amount that undoes a critical cut of it, else None."""
    cuts = [
        change
        for change in past
        if change.kind is ChangeKind.AMOUNT_CHANGED and change.severity is Severity.CRITICAL
    ]
    return _restored([(cut, cut.before, cut.after or 0) for cut in cuts], before, after)


def lapse_ended(past: Sequence[PastChange]) -> Verdict | None:
    """Return the verdict on an award that is active again after a lapse, else None."""
    lapses = [change.id for change in past if change.kind is ChangeKind.WENT_INACTIVE]
    return Verdict(ChangeKind.REVERSED, Severity.INFO, max(lapses)) if lapses else None


def _restored(
    cuts: Sequence[tuple[PastChange, int, int]], before: int, after: int
) -> Verdict | None:
    """Find the newest cut that the step from ``before`` to ``after`` undoes by half or more."""
    undone = [cut.id for cut, was, became in cuts if before * 2 < was + became <= after * 2]
    return Verdict(ChangeKind.REVERSED, Severity.CRITICAL, max(undone)) if undone else None


def _day(value: str) -> int:
    return date.fromisoformat(value).toordinal()
