"""The change line: what happened to a study, in the same words in mail and on pages (pure)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Any, Literal, cast

from tidings.projects.models import SEVERITY_ORDER, Change, ChangeKind, Severity
from tidings.projects.names import person, title_case

Tone = Literal["accent", "bad", "new", "plain"]

NOT_SAID = "RePORTER does not say why."
UNDONE_IN_TWENTY = "About 1 in 20 such changes were later undone."
"""The measured base rate: 125 of 2,687 cut awards moved forward again within 14 weeks."""

LABELS = {
    "award": "Award",
    "award_amount": "Money this year",
    "budget_end": "Budget end",
    "budget_start": "Budget start",
    "project_end_date": "End date",
    "project_start_date": "Start date",
    "contact_pi_name": "Lead researcher",
    "principal_investigators": "Researchers",
    "organization": "Institution",
    "geo_lat_lon": "Place",
    "pref_terms": "Project terms",
    "terms": "Project terms",
    "activity_code": "Kind of award",
    "project_title": "Title",
    "abstract_text": "Abstract",
    "phr_text": "Public summary",
    "is_active": "Status",
    "award_notice_date": "Award notice",
    "program_officers": "Program officer",
    "agency_ic_admin": "Institute",
    "opportunity_number": "Funding opportunity",
    "spending_categories_desc": "NIH categories",
}
"""What readers call RePORTER's fields; any other is named by its own words."""

DATE_FIELDS = frozenset(
    {
        "award_notice_date",
        "budget_end",
        "budget_start",
        "project_end_date",
        "project_start_date",
    }
)
LONG_TEXTS = frozenset({"abstract_text", "phr_text"})

HEADLINES = {
    ChangeKind.NEW_PROJECT: "new study",
    ChangeKind.NEXT_YEAR_FUNDED: "funded for another year",
    ChangeKind.RENEWED: "renewed",
    ChangeKind.SUPPLEMENT: "supplement awarded",
    ChangeKind.TRANSFERRED: "moved to another institution",
    ChangeKind.EXTENDED: "extended",
    ChangeKind.END_CUT: "end date moved earlier",
    ChangeKind.SHORTENED: "end date moved earlier",
    ChangeKind.REVERSED: "an earlier change was undone",
    ChangeKind.DATES_CHANGED: "budget dates moved",
    ChangeKind.AMOUNT_CHANGED: "award amount changed",
    ChangeKind.PI_CHANGED: "researchers changed",
    ChangeKind.ORGANIZATION_CHANGED: "institution changed",
    ChangeKind.TITLE_CHANGED: "title changed",
    ChangeKind.ABSTRACT_REWRITTEN: "text rewritten",
    ChangeKind.FIRST_ABSTRACT: "first text published",
    ChangeKind.NEW_PUBLICATION: "new paper",
    ChangeKind.NEW_TRIAL_LINK: "new linked trial",
    ChangeKind.WENT_INACTIVE: "no longer active",
    ChangeKind.MISSING: "no longer in RePORTER",
    ChangeKind.RETURNED: "back in RePORTER",
    ChangeKind.OVERDUE: "next year is overdue",
    ChangeKind.COSMETIC: "details changed",
}
"""What a subject says of a change: facts, no names, no condition."""

EXPLANATIONS = {
    ChangeKind.END_CUT: (
        f"{NOT_SAID} Common reasons: early end, transfer, correction. {UNDONE_IN_TWENTY}"
    ),
    ChangeKind.SHORTENED: f"{NOT_SAID} {UNDONE_IN_TWENTY}",
    ChangeKind.REVERSED: "This undoes a change that was shown earlier.",
    ChangeKind.WENT_INACTIVE: (
        "Its budget period has ended in RePORTER. A gap between two budget years is usual."
    ),
    ChangeKind.MISSING: (
        "RePORTER has not listed this record for four weeks. It does not say why. "
        "Records do return."
    ),
}

NEW = frozenset(
    {
        ChangeKind.NEW_PROJECT,
        ChangeKind.SUPPLEMENT,
        ChangeKind.FIRST_ABSTRACT,
        ChangeKind.NEW_PUBLICATION,
        ChangeKind.NEW_TRIAL_LINK,
    }
)
GOOD = frozenset(
    {ChangeKind.EXTENDED, ChangeKind.NEXT_YEAR_FUNDED, ChangeKind.RENEWED, ChangeKind.TRANSFERRED}
)
BAD = frozenset(
    {
        ChangeKind.END_CUT,
        ChangeKind.SHORTENED,
        ChangeKind.WENT_INACTIVE,
        ChangeKind.MISSING,
        ChangeKind.OVERDUE,
    }
)
UNDONE = frozenset({ChangeKind.REVERSED, ChangeKind.RETURNED})


@dataclass(frozen=True)
class ChangeLine:
    """One change as it is shown; ``was`` and ``now`` are empty where there is nothing to show."""

    mark: str
    tone: Tone
    label: str
    was: str
    now: str
    dated: date | None
    seen: date
    explanation: str
    kind: ChangeKind
    severity: Severity


def label_of(field: str) -> str:
    """Return what readers call one of RePORTER's fields."""
    return LABELS.get(field, field.replace("_", " ").capitalize())


def change_line(change: Change) -> ChangeLine:
    """Return the line that tells of a change; the same change gives the same line."""
    was, now = _values(change)
    has_ended = change.kind is ChangeKind.END_CUT and isinstance(change.after, str)
    return ChangeLine(
        mark=_mark(change),
        tone=_tone(change),
        label=_label(change),
        was=was,
        now=now,
        dated=date.fromisoformat(change.after) if has_ended else None,
        seen=change.seen_at.date(),
        explanation=EXPLANATIONS.get(change.kind, ""),
        kind=change.kind,
        severity=change.severity,
    )


def worst_first(changes: Sequence[Change]) -> list[Change]:
    """Return the changes in the order in which they are told."""
    return sorted(changes, key=lambda change: (SEVERITY_ORDER.index(change.severity), change.field))


def headline(changes: Sequence[Change]) -> str:
    """Say in a few words what happened: the worst change, and how many others."""
    if not changes:
        return "new study"
    first, *others = worst_first(changes)
    kinds = {change.kind for change in others} - {first.kind}
    words = HEADLINES[first.kind]
    return f"{words}, and {len(kinds)} more" if kinds else words


def _label(change: Change) -> str:
    if change.field == "award":
        return HEADLINES[change.kind].capitalize()
    return label_of(change.field)


def _mark(change: Change) -> str:
    if change.kind in UNDONE:
        return "↺"
    if change.field in DATE_FIELDS or change.field == "award_amount":
        return "▼" if _went_down(change) else "▲"
    if change.kind in BAD:
        return "▼"
    return "+" if change.kind in NEW or change.field == "award" else "✎"


def _went_down(change: Change) -> bool:
    return change.before is not None and (change.after is None or change.after < change.before)


def _tone(change: Change) -> Tone:
    if change.kind in BAD:
        return "bad"
    if change.kind is ChangeKind.AMOUNT_CHANGED:
        return "bad" if _went_down(change) else "accent"
    if change.kind in NEW:
        return "new"
    return "accent" if change.kind in GOOD | UNDONE else "plain"


def _values(change: Change) -> tuple[str, str]:
    if change.field in LONG_TEXTS:
        return "", _rewritten(change.before, change.after)
    if change.field == "award":
        return "", f"RePORTER record {change.after}" if change.after else ""
    write = WRITERS.get(change.field, _plain)
    return _or_none(write, change.before), _or_none(write, change.after)


def _or_none(write: Callable[[Any], str], value: Any) -> str:
    return "none" if value is None else write(value)


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        entry = cast("dict[str, Any]", value)
        return str(entry.get("name") or entry.get("abbreviation") or entry)
    if isinstance(value, list):
        return ", ".join(_plain(item) for item in cast("list[Any]", value))
    return str(value)


def _day(value: Any) -> str:
    on = date.fromisoformat(value)
    return f"{on.day} {on:%b %Y}"


def _money(value: Any) -> str:
    return f"${value:,}"


def _status(value: Any) -> str:
    return "active" if value else "not active"


def _organization(value: Any) -> str:
    return title_case(value.get("org_name", "")) or "none"


def _people(value: Any) -> str:
    names = (entry.get("full_name") or entry.get("last_name", "") for entry in value)
    return ", ".join(title_case(" ".join(name.split())) for name in names)


def _rewritten(before: Any, after: Any) -> str:
    if after is None:
        return "removed"
    words = after.split()
    if before is None:
        return f"first published, {len(words):,} words"
    same = SequenceMatcher(a=before.split(), b=words, autojunk=False).ratio()
    return f"reworded, {max(1, round(100 * (1 - same)))} % changed"


WRITERS: dict[str, Callable[[Any], str]] = {
    **dict.fromkeys(DATE_FIELDS, _day),
    "award_amount": _money,
    "contact_pi_name": person,
    "is_active": _status,
    "organization": _organization,
    "principal_investigators": _people,
}
