"""What a reconcile says of the sweeps before it (pure)."""

from collections.abc import Collection, Mapping
from datetime import date

from tidings.audits.outcome import Finding, Outcome
from tidings.rendering.filters import day, plural


def recall_of(
    seen: Collection[int],
    *,
    new: Mapping[int, date | None],
    unreadable: Collection[int],
    since: date,
    left_out: int,
) -> Outcome:
    """Judge the awards that a reconcile saw.

    ``new`` are those it brought into the store, with the day on which RePORTER added them;
    ``unreadable`` are not stored, then or now. What RePORTER added on the day of the last whole
    sweep (``since``) or later is no miss, and not examined: RePORTER tells us no more than the day.
    """
    late = {appl_id for appl_id, added in new.items() if added is not None and added >= since}
    missed = sorted(new.keys() - late)
    findings: list[Finding] = [
        {
            "appl_id": appl_id,
            "added": day(new[appl_id]) or "on a day not known",
            "missing": "was not stored before",
        }
        for appl_id in missed
    ]
    findings += [
        {"appl_id": appl_id, "missing": "cannot be read, so it is in quarantine"}
        for appl_id in sorted(unreadable)
    ]
    examined = len(set(seen) - late)
    return Outcome(examined, examined - len(findings), findings, _note(late, since, left_out))


def _note(late: Collection[int], since: date, left_out: int) -> str:
    said = [
        f"{plural(len(late), 'award')} that RePORTER added since the sweep of {day(since)} "
        f"{'is' if len(late) == 1 else 'are'} no miss"
        if late
        else "",
        f"{plural(left_out, 'record')} of RePORTER's total came in no part" if left_out else "",
    ]
    return "; ".join(filter(None, said))
